// The load generator of the benchmarks: SMTP sessions over TLS, so many at a time, each counted to the last reply. It
// speaks to loopback only, and says what it cost itself.
//
//     load PORT [OPTION ...]
//       --starttls            else TLS from the first octet
//       --sessions N          in all (1000)
//       --concurrency N       at a time (1)
//       --rate N              so many begin in a second, at even times; else each when one has ended
//       --logins FILE         lines of USER PASSWORD [TYPE TOKEN], taken in turns; without it no AUTH
//       --message OCTETS      one message of this size in each session
//       --resume              TLS sessions are taken up again
//       --hold                all sessions stay open behind AUTH, or behind EHLO without logins, until standard input
//       ends
//       --times               print those of all sessions
//
// It prints one JSON object: sessions, seconds, CPU seconds of its own, replies by their code, and milliseconds that a
// session takes: the median, the 99th of 100, and the longest. With a rate they count from when it was to begin.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/bench/number.hpp"

namespace {

using clientid::to_number;
using Clock = std::chrono::steady_clock;

struct Login {
  std::string plain;     // base64
  std::string clientid;  // "UUID 23bf...", or empty
};

struct Options {
  unsigned short port = 0;
  bool starttls = false;
  unsigned sessions = 1000;
  unsigned concurrency = 1;
  double rate = 0;  // 0: none
  std::vector<Login> logins;
  std::size_t message = 0;
  bool resume = false;
  bool hold = false;
  bool times = false;
};

std::string base64(const std::string& octets) {
  std::string text((octets.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::vector<Login> read_logins(const std::string& path) {
  std::vector<Login> logins;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string user;
    std::string password;
    std::string type;
    std::string token;
    words >> user >> password >> type >> token;
    const std::string nul(1, '\0');
    logins.push_back({base64(nul + user + nul + password), type.empty() ? "" : type + " " + token});
  }
  if (logins.empty()) throw std::runtime_error(path + ": holds no logins");
  return logins;
}

// Of one thread.
struct Tally {
  std::map<std::string, unsigned long> replies;
  std::vector<double> milliseconds;
  unsigned long resumed = 0;
};

class Session {
 public:
  Session(SSL_CTX* context, const Options& options, Tally& tally)
      : context_(context), options_(options), tally_(tally) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect");
    }
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    if (ssl_ != nullptr) SSL_free(ssl_);
    ::close(socket_);
  }

  void log_in(const Login* login, SSL_SESSION* resumed) {
    if (options_.starttls) {
      expect("220");
      say("EHLO load.test\r\n");
      expect("250");
      say("STARTTLS\r\n");
      expect("220");
    }
    start_tls(resumed);
    if (!options_.starttls) expect("220");
    say("EHLO load.test\r\n");
    const bool clientid = expect("250").find("CLIENTID") != std::string::npos;
    if (login == nullptr) return;
    if (clientid && !login->clientid.empty()) {
      say("CLIENTID " + login->clientid + "\r\n");
      expect("250");
    }
    say("AUTH PLAIN " + login->plain + "\r\n");
    expect("235");
  }

  void send(const std::string& message) {
    say("MAIL FROM:<load@load.test>\r\n");
    expect("250");
    say("RCPT TO:<sink@sink.test>\r\n");
    expect("250");
    say("DATA\r\n");
    expect("354");
    say(message);
    expect("250");
  }

  void quit() {
    say("QUIT\r\n");
    expect("221");
  }

  SSL* tls() const { return ssl_; }

 private:
  void start_tls(SSL_SESSION* resumed) {
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, socket_);
    if (resumed != nullptr) SSL_set_session(ssl_, resumed);
    if (SSL_connect(ssl_) != 1) throw std::runtime_error("TLS failed");
    if (SSL_session_reused(ssl_) == 1) ++tally_.resumed;
  }

  void say(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ssl_ != nullptr ? SSL_write(ssl_, text.data(),
                                                    static_cast<int>(std::min<std::size_t>(text.size(), 1U << 20U)))
                                        : ::write(socket_, text.data(), text.size());
      if (sent <= 0) throw std::runtime_error("cannot send");
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // The reply, whole. Throws where it has another code.
  std::string expect(const char* code) {
    std::string reply;
    for (std::size_t line = 0;;) {
      const auto end = in_.find("\r\n", line);
      if (end == std::string::npos) {
        receive();
        continue;
      }
      const bool last = end - line < 4 || in_[line + 3] != '-';
      line = end + 2;
      if (!last) continue;
      reply = in_.substr(0, line);
      in_.erase(0, line);
      break;
    }
    ++tally_.replies[reply.substr(0, 3)];
    if (!reply.starts_with(code)) throw std::runtime_error("not " + std::string(code) + " but: " + reply);
    return reply;
  }

  void receive() {
    char block[4096];
    const auto read = ssl_ != nullptr ? SSL_read(ssl_, block, sizeof block) : ::read(socket_, block, sizeof block);
    if (read <= 0) throw std::runtime_error("the server closed");
    in_.append(block, static_cast<std::size_t>(read));
  }

  SSL_CTX* context_;
  const Options& options_;
  Tally& tally_;
  int socket_ = -1;
  SSL* ssl_ = nullptr;
  std::string in_;
};

std::string message_of(std::size_t octets) {
  constexpr std::size_t line = 78;
  std::string text = "Subject: load\r\n\r\n";
  while (text.size() + line < octets) text += std::string(line - 2, 'x') + "\r\n";
  return text + ".\r\n";
}

SSL_CTX* make_context() {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  return context;
}

using SavedSession = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;

class Load {
 public:
  explicit Load(Options options) : options_(std::move(options)), message_(message_of(options_.message)) {}

  Tally run() {
    std::vector<Tally> tallies(options_.concurrency);
    std::vector<std::thread> threads;
    for (auto& tally : tallies) threads.emplace_back([&] { guard([&] { do_sessions(tally); }); });
    for (auto& thread : threads) thread.join();
    Tally all;
    for (auto& tally : tallies) {
      for (const auto& [code, count] : tally.replies) all.replies[code] += count;
      all.milliseconds.insert(all.milliseconds.end(), tally.milliseconds.begin(), tally.milliseconds.end());
      all.resumed += tally.resumed;
    }
    return all;
  }

  void hold() {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < options_.concurrency; ++i) threads.emplace_back([this] { guard([this] { open_all(); }); });
    for (auto& thread : threads) thread.join();
    std::printf("{\"held\": %zu}\n", held_.size());
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    std::_Exit(0);
  }

 private:
  const Login* login(unsigned number) const {
    return options_.logins.empty() ? nullptr : &options_.logins[number % options_.logins.size()];
  }

  // A session that goes wrong is no measurement.
  template <typename Work>
  static void guard(Work work) {
    try {
      work();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "load: %s\n", error.what());
      std::_Exit(1);
    }
  }

  // When it begins.
  Clock::time_point wait_for_turn(unsigned number) const {
    if (options_.rate == 0) return Clock::now();
    const std::chrono::duration<double> after(number / options_.rate);
    const auto due = begun_ + std::chrono::duration_cast<Clock::duration>(after);
    std::this_thread::sleep_until(due);
    return due;
  }

  void open_all() {
    // The sessions go on using both.
    SSL_CTX* context = make_context();
    auto* tally = new Tally;
    for (unsigned number = next_++; number < options_.sessions; number = next_++) {
      auto session = std::make_unique<Session>(context, options_, *tally);
      session->log_in(login(number), nullptr);
      const std::lock_guard lock(mutex_);
      held_.push_back(std::move(session));
    }
  }

  void do_sessions(Tally& tally) {
    SSL_CTX* context = make_context();
    SavedSession saved(nullptr, SSL_SESSION_free);
    for (unsigned number = next_++; number < options_.sessions; number = next_++) {
      const auto begun = wait_for_turn(number);
      Session session(context, options_, tally);
      session.log_in(login(number), saved.get());
      if (options_.message > 0) session.send(message_);
      session.quit();
      const std::chrono::duration<double, std::milli> took = Clock::now() - begun;
      tally.milliseconds.push_back(took.count());
      if (options_.resume) {
        // The tickets came with the replies. What was not shut down OpenSSL does not take up again.
        SSL_set_shutdown(session.tls(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        saved.reset(SSL_get1_session(session.tls()));
      }
    }
    SSL_CTX_free(context);
  }

  Options options_;
  std::string message_;
  Clock::time_point begun_ = Clock::now();
  std::atomic<unsigned> next_{0};
  std::mutex mutex_;
  std::vector<std::unique_ptr<Session>> held_;
};

Options parse(int argc, char** argv) {
  Options options;
  if (argc < 2) throw std::runtime_error("usage: load PORT [OPTION ...]; its source says which");
  options.port = to_number<unsigned short>(argv[1]);
  for (int i = 2; i < argc; ++i) {
    const std::string_view name = argv[i];
    const auto value = [&] {
      if (++i >= argc) throw std::runtime_error(std::string(name) + " wants a value");
      return std::string(argv[i]);
    };
    if (name == "--starttls")
      options.starttls = true;
    else if (name == "--resume")
      options.resume = true;
    else if (name == "--hold")
      options.hold = true;
    else if (name == "--times")
      options.times = true;
    else if (name == "--sessions")
      options.sessions = to_number<unsigned>(value());
    else if (name == "--concurrency")
      options.concurrency = to_number<unsigned>(value());
    else if (name == "--rate")
      options.rate = to_number<double>(value());
    else if (name == "--message")
      options.message = to_number<std::size_t>(value());
    else if (name == "--logins")
      options.logins = read_logins(value());
    else
      throw std::runtime_error("no option is named " + std::string(name));
  }
  return options;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int run(int argc, char** argv) {
  const auto options = parse(argc, argv);
  Load load(options);
  if (options.hold) load.hold();
  const auto begun = Clock::now();
  auto tally = load.run();
  const std::chrono::duration<double> took = Clock::now() - begun;
  auto& times = tally.milliseconds;
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) {
    return times.at(static_cast<std::size_t>(part * static_cast<double>(times.size() - 1)));
  };
  nlohmann::ordered_json result{{"sessions", times.size()}, {"seconds", took.count()},  {"cpu", cpu_seconds()},
                                {"replies", tally.replies}, {"resumed", tally.resumed}, {"median", at(0.5)},
                                {"p99", at(0.99)},          {"longest", times.back()}};
  if (options.times) result["times"] = times;
  std::printf("%s\n", result.dump().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return 1;
  }
}
