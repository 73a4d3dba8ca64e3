// The built module under the real libsasl, asking over a Unix socket: what it says, and what it makes of a service that
// answers, misbehaves, is slow, or is not there.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sasl/sasl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/plugin/sasl_host.hpp"
#include "tests/plugin/sasl_site.hpp"
#include "tests/plugin/verdict_listener.hpp"

using namespace clientid;
using namespace clientid::test;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds soon{10000};  // generous: the machine may be busy

struct Site : SaslSite {
  Site() { add_user("alice@example.com", "right"); }

  std::filesystem::path path() const { return directory() / "verdict"; }

  Configuration configured(const std::string& timeout = "20000") const {
    Configuration configuration(*this);
    configuration.options[option_service] = "unix:" + path().native();
    configuration.options[option_timeout] = timeout;
    return configuration;
  }

  // Of two judges.
  int code_for_two(Behaviour first, Behaviour second, const std::string& timeout = "20000") const {
    const std::filesystem::path other = directory() / "other";
    Configuration configuration = configured(timeout);
    configuration.options[option_service] += " unix:" + other.native();
    int code = SASL_OK;
    {
      const VerdictListener listener(path(), std::move(first));
      const VerdictListener other_listener(other, std::move(second));
      code = log_in(configuration, "PLAIN", {}).code;
    }
    std::filesystem::remove(path());
    std::filesystem::remove(other);
    return code;
  }

  int code_for(Behaviour behaviour) const {
    const VerdictListener listener(path(), std::move(behaviour));
    const int code = log_in(configured(), "PLAIN", {}).code;
    std::filesystem::remove(path());
    return code;
  }
};

// A judge to whom the session is unknown. The verdict is for who asks for one all the same.
Behaviour of_another_session(const std::string& verdict) {
  return [verdict](const std::string& question, int socket) {
    const bool required = question.find("\nsession=required\n") != std::string::npos;
    answer("verdict=" + (required ? "unknown" : verdict) + "\n\n")(question, socket);
  };
}

milliseconds time_of(const std::function<void()>& action) {
  const Clock::time_point start = Clock::now();
  action();
  return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

int open_descriptors() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

// The other end of a connection to `path` is a descriptor of this process too.
int find_asker(const std::string& path) {
  for (int fd = 3; fd < 256; ++fd) {
    sockaddr_un peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && peer.sun_path == path) return fd;
  }
  return -1;
}

}  // namespace

TEST_CASE_FIXTURE(Site, "the question, word for word") {
  const VerdictListener listener(path(), answer("verdict=allow\n\n"));
  Configuration configuration = configured();
  configuration.options[option_identity] = "uuid 3fa901bc77d20e11";  // stays here
  REQUIRE(log_in(configuration, "SCRAM-SHA-256", {}).code == SASL_OK);
  REQUIRE(listener.questions().size() == 1);
  CHECK(listener.questions()[0] ==
        "request=clientid-verdict\n"
        "version=1\n"
        "account=alice@example.com\n"
        "service=smtp\n"
        "local=127.0.0.1;587\n"
        "remote=192.0.2.7;49152\n"
        "\n");
}

TEST_CASE_FIXTURE(Site, "the verdicts, for every mechanism") {
  for (const std::string mechanism : {"PLAIN", "LOGIN", "SCRAM-SHA-256"}) {
    if (!has_mechanism(configured(), mechanism)) continue;
    CAPTURE(mechanism);
    const std::pair<const char*, int> codes[] = {
        {"allow", SASL_OK}, {"refuse", SASL_BADAUTH}, {"unavailable", SASL_UNAVAIL}};
    for (const auto& code : codes) {
      const std::string verdict = code.first;
      CAPTURE(verdict);
      const VerdictListener listener(path(), answer("verdict=" + verdict + "\n\n"));
      CHECK(log_in(configured(), mechanism, {}).code == code.second);
      std::filesystem::remove(path());
    }
  }
}

TEST_CASE_FIXTURE(Site, "properties come from the reply") {
  const VerdictListener listener(
      path(), answer("version=1\nverdict=allow\nreason=bound\ntype=uuid\nfingerprint=3fa901bc77d20e11\n\n"));
  Configuration configuration = configured();
  configuration.properties = {"clientidVerdict", "clientidReason", "clientidType", "*clientidFingerprint"};
  Outcome outcome = log_in(configuration, "PLAIN", {});
  CHECK(outcome.code == SASL_OK);
  CHECK(outcome.properties["clientidVerdict"] == "allow");
  CHECK(outcome.properties["clientidReason"] == "bound");
  CHECK(outcome.properties["clientidType"] == "uuid");
  CHECK(outcome.properties["*clientidFingerprint"] == "3fa901bc77d20e11");
}

TEST_CASE_FIXTURE(Site, "a reply in pieces is a reply") {
  CHECK(code_for([](const std::string&, int socket) {
          for (const char octet : std::string("verdict=allow\nreason=bound\n\n"))
            ::send(socket, &octet, 1, MSG_NOSIGNAL);
        }) == SASL_OK);
}

TEST_CASE_FIXTURE(Site, "the reply counts from its empty line on, not from the end of the connection") {
  const milliseconds time = time_of([&] {
    CHECK(code_for([](const std::string& question, int socket) {
            answer("verdict=allow\n\n")(question, socket);
            wait_for_close(socket);
          }) == SASL_OK);
  });
  CHECK(time < soon);
}

TEST_CASE_FIXTURE(Site, "what is no reply makes the service unavailable, at once") {
  const milliseconds time = time_of([&] {
    CHECK(code_for(answer("")) == SASL_UNAVAIL);
    CHECK(code_for(answer("\n\n")) == SASL_UNAVAIL);
    CHECK(code_for(answer("500 What?\r\n")) == SASL_UNAVAIL);
    CHECK(code_for(answer("verdict=allow")) == SASL_UNAVAIL);
    CHECK(code_for(answer("verdict=allow\n")) == SASL_UNAVAIL);
    CHECK(code_for(answer("verdict=perhaps\n\n")) == SASL_UNAVAIL);
    CHECK(code_for(answer("verdict=allow\nversion=2\n\n")) == SASL_UNAVAIL);
    CHECK(code_for(answer("verdict=allow\n\nverdict=refuse\n\n")) == SASL_UNAVAIL);
    CHECK(code_for(answer("verdict=allow\n\n\n")) == SASL_UNAVAIL);
  });
  CHECK(time < soon);
}

TEST_CASE_FIXTURE(Site, "a reply fills its limit and no more") {
  std::string lines = "verdict=allow\n";
  while (lines.size() + 100 < max_message) lines += "x=" + std::string(60, 'y') + "\n";
  lines += "x=" + std::string(max_message - lines.size() - 4, 'y') + "\n\n";
  REQUIRE(lines.size() == max_message);
  CHECK(code_for(answer(lines)) == SASL_OK);
  CHECK(code_for(answer("z=\n" + lines)) == SASL_UNAVAIL);
  CHECK(code_for(answer(std::string(1 << 20, 'x'))) == SASL_UNAVAIL);
}

TEST_CASE_FIXTURE(Site, "one deadline for the whole question") {
  const VerdictListener::Reads question = VerdictListener::Reads::question;
  SUBCASE("a service that is silent") {
    const VerdictListener listener(
        path(), [](const std::string&, int socket) { wait_for_close(socket); }, question);
    int code = SASL_OK;
    const milliseconds time = time_of([&] { code = log_in(configured("300"), "PLAIN", {}).code; });
    CHECK(code == SASL_UNAVAIL);
    CHECK(time >= milliseconds(300));
    CHECK(time < soon);
  }
  SUBCASE("a service that never comes to the end") {
    const VerdictListener listener(
        path(),
        [](const std::string&, int socket) {
          for (int i = 0; i != 400 && ::send(socket, "x", 1, MSG_NOSIGNAL) == 1; ++i) ::poll(nullptr, 0, 50);
        },
        question);
    int code = SASL_OK;
    const milliseconds time = time_of([&] { code = log_in(configured("300"), "PLAIN", {}).code; });
    CHECK(code == SASL_UNAVAIL);
    CHECK(time < soon);
  }
  SUBCASE("a service that accepts nobody") {
    const FileDescriptor listener = listen_at(path(), 8);
    int code = SASL_OK;
    const milliseconds time = time_of([&] { code = log_in(configured("300"), "PLAIN", {}).code; });
    CHECK(code == SASL_UNAVAIL);
    CHECK(time >= milliseconds(300));
    CHECK(time < soon);
  }
  SUBCASE("a deadline that is no number is the default") {
    for (const char* const timeout : {"", "0", "-1", "1s", " 5", "600001", "99999999999999999999"}) {
      CAPTURE(timeout);
      const VerdictListener listener(path(), [](const std::string& question, int socket) {
        ::poll(nullptr, 0, 60);
        answer("verdict=allow\n\n")(question, socket);
      });
      CHECK(log_in(configured(timeout), "PLAIN", {}).code == SASL_OK);
      std::filesystem::remove(path());
    }
  }
}

TEST_CASE_FIXTURE(Site, "signals do not cut a question short") {
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = [](int) {};  // without SA_RESTART
  ::sigaction(SIGUSR1, &action, &before);
  const pthread_t asker = ::pthread_self();
  CHECK(code_for([asker](const std::string& question, int socket) {
          for (int i = 0; i != 20; ++i) {
            ::pthread_kill(asker, SIGUSR1);
            ::poll(nullptr, 0, 5);
          }
          answer("verdict=allow\n\n")(question, socket);
        }) == SASL_OK);
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_CASE_FIXTURE(Site, "a full queue is waited for") {
  FileDescriptor listener = listen_at(path(), 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path().c_str(), path().native().size());
  std::vector<FileDescriptor> others;
  for (;;) {
    FileDescriptor other(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (::connect(other.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) break;
    others.push_back(std::move(other));
  }
  int code = SASL_OK;
  SUBCASE("until it moves") {
    std::thread service([&] {
      ::poll(nullptr, 0, 200);  // so long is the queue full
      for (std::size_t i = 0; i != others.size(); ++i) FileDescriptor(::accept(listener.get(), nullptr, nullptr));
      for (int question = 0; question != 2; ++question) {  // PLAIN looks up twice
        const FileDescriptor socket(::accept(listener.get(), nullptr, nullptr));
        answer("verdict=allow\n\n")("", socket.get());
        wait_for_close(socket.get());
      }
    });
    code = log_in(configured(), "PLAIN", {}).code;
    ::shutdown(listener.get(), SHUT_RDWR);
    service.join();
    CHECK(code == SASL_OK);
  }
  SUBCASE("until the deadline") {
    const milliseconds time = time_of([&] { code = log_in(configured("300"), "PLAIN", {}).code; });
    CHECK(code == SASL_UNAVAIL);
    CHECK(time >= milliseconds(300));
    CHECK(time < soon);
  }
  SUBCASE("of one among several, unless it is another's session") {
    const std::filesystem::path other = directory() / "other";
    Configuration configuration = configured("300");
    configuration.options[option_service] += " unix:" + other.native();
    {
      const VerdictListener listener(other, of_another_session("allow"));
      CHECK(log_in(configuration, "PLAIN", {}).code == SASL_UNAVAIL);
    }
    std::filesystem::remove(other);
    const VerdictListener listener(other, answer("verdict=allow\n\n"));
    CHECK(log_in(configuration, "PLAIN", {}).code == SASL_OK);
  }
}

TEST_CASE_FIXTURE(Site, "nobody there: unavailable, at once and without a word") {
  const milliseconds time = time_of([&] {
    Configuration configuration = configured();
    CHECK(log_in(configuration, "PLAIN", {}).code == SASL_UNAVAIL);

    { const FileDescriptor gone = listen_at(path(), 1); }  // the name stays, the listener does not
    const Outcome outcome = log_in(configuration, "PLAIN", {});
    CHECK(outcome.code == SASL_UNAVAIL);
    CHECK(outcome.detail.find("verdict") == std::string::npos);
    CHECK(outcome.detail.find("clientid") == std::string::npos);
    CHECK(outcome.detail.find(std::to_string(judge_callback_id)) == std::string::npos);

    const VerdictListener listener(directory() / "listening", answer("verdict=allow\n\n"));
    const std::string listening = (directory() / "listening").native();
    for (const std::string& service : {"UNIX:" + listening, "http:" + listening, listening}) {
      configuration.options[option_service] = service;
      CHECK(log_in(configuration, "PLAIN", {}).code == SASL_UNAVAIL);
    }
    for (const char* const service : {"unix:", "tcp:127.0.0.1:25", "/run/x", "in-process ", "UNIX:/run/x", ","}) {
      CAPTURE(service);
      configuration.options[option_service] = service;
      CHECK(log_in(configuration, "PLAIN", {}).code == SASL_UNAVAIL);
    }
  });
  CHECK(time < soon);
}

TEST_CASE_FIXTURE(Site, "places that do not connect are passed over") {
  const std::filesystem::path second = directory() / "second";
  { const FileDescriptor gone = listen_at(directory() / "dead", 1); }
  const std::string dead = "unix:" + (directory() / "dead").native();
  const std::string absent = "unix:" + (directory() / "absent").native();
  const std::string overlong = "unix:/" + std::string(200, 'x');
  const VerdictListener listener(second, answer("verdict=allow\n\n"));
  Configuration configuration = configured();
  configuration.options[option_service] =
      absent + " " + overlong + "\ttcp:x  " + dead + " unix:" + second.native() + " ";
  CHECK(log_in(configuration, "PLAIN", {}).code == SASL_OK);
}

TEST_CASE_FIXTURE(Site, "of several judges the one decides whose session it is") {
  SUBCASE("wherever it stands in the list") {
    CHECK(code_for_two(of_another_session("allow"), answer("verdict=allow\n\n")) == SASL_OK);
    CHECK(code_for_two(of_another_session("allow"), answer("verdict=refuse\n\n")) == SASL_BADAUTH);
    CHECK(code_for_two(of_another_session("allow"), answer("verdict=unavailable\n\n")) == SASL_UNAVAIL);
    CHECK(code_for_two(answer("verdict=refuse\n\n"), of_another_session("allow")) == SASL_BADAUTH);
    CHECK(code_for_two(answer("verdict=unavailable\n\n"), of_another_session("allow")) == SASL_UNAVAIL);
  }
  SUBCASE("at once, whether or not another one answers") {
    const milliseconds time = time_of([&] {
      CHECK(code_for_two([](const std::string&, int socket) { wait_for_close(socket); }, answer("verdict=allow\n\n")) ==
            SASL_OK);
      CHECK(code_for_two(answer("500 What?\r\n"), answer("verdict=allow\n\n")) == SASL_OK);
    });
    CHECK(time < soon);
  }
  SUBCASE("and none in its place, where it may be one that fails") {
    CHECK(code_for_two(answer(""), of_another_session("allow")) == SASL_UNAVAIL);
    CHECK(code_for_two(of_another_session("allow"), answer("")) == SASL_UNAVAIL);
    int code = SASL_OK;
    const milliseconds time = time_of([&] {
      code = code_for_two([](const std::string&, int socket) { wait_for_close(socket); }, of_another_session("allow"),
                          "300");
    });
    CHECK(code == SASL_UNAVAIL);
    CHECK(time >= milliseconds(300));
    CHECK(time < soon);
  }
}

TEST_CASE_FIXTURE(Site, "of several judges the first one decides on whom none has a session") {
  CHECK(code_for_two(of_another_session("allow"), of_another_session("refuse")) == SASL_OK);
  CHECK(code_for_two(of_another_session("refuse"), of_another_session("allow")) == SASL_BADAUTH);
  // To a single one, that would be no answer.
  CHECK(code_for(answer("verdict=unknown\n\n")) == SASL_UNAVAIL);
}

TEST_CASE_FIXTURE(Site, "a path as long as an address can hold") {
  const std::size_t room = sizeof(sockaddr_un{}.sun_path) - 1;
  std::filesystem::path longest = directory() / "";
  longest += std::string(room - longest.native().size(), 'v');
  const VerdictListener listener(longest, answer("verdict=allow\n\n"));
  Configuration configuration = configured();
  configuration.options[option_service] = "unix:" + longest.native();
  CHECK(log_in(configuration, "PLAIN", {}).code == SASL_OK);
}

TEST_CASE_FIXTURE(Site, "a service that closes at once does no harm to the host") {
  // Without MSG_NOSIGNAL this would end the process, sooner or later.
  const VerdictListener listener(
      path(), [](const std::string&, int) {}, VerdictListener::Reads::nothing);
  for (int i = 0; i != 500; ++i) CHECK(log_in(configured(), "PLAIN", {}).code == SASL_UNAVAIL);
}

TEST_CASE_FIXTURE(Site, "descriptors: none is left, none is inherited, none blocks") {
  std::atomic<int> flags = -1;
  std::atomic<int> status = -1;
  const VerdictListener listener(path(), [&](const std::string& question, int socket) {
    const int asker = find_asker(path());
    flags = ::fcntl(asker, F_GETFD);
    status = ::fcntl(asker, F_GETFL);
    answer("verdict=allow\n\n")(question, socket);
    wait_for_close(socket);
  });
  REQUIRE(log_in(configured(), "PLAIN", {}).code == SASL_OK);
  CHECK(flags == FD_CLOEXEC);
  REQUIRE(status != -1);
  CHECK((status & O_NONBLOCK) != 0);

  const int before = open_descriptors();
  for (int i = 0; i != 10; ++i) {
    log_in(configured(), "PLAIN", {});
    Configuration nobody = configured();
    nobody.options[option_service] = "unix:" + (directory() / "absent").native();
    log_in(nobody, "PLAIN", {});
  }
  // The listener closes its own ends when it comes to it.
  const Clock::time_point end = Clock::now() + milliseconds(10000);
  while (open_descriptors() > before && Clock::now() < end) ::poll(nullptr, 0, 5);
  CHECK(open_descriptors() <= before);
}
