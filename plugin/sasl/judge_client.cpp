#include "plugin/sasl/judge_client.hpp"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include "plugin/config/file_descriptor.hpp"
#include "plugin/sasl/deadline.hpp"
#include "plugin/sasl/request.hpp"
#include "plugin/sasl/words.hpp"

namespace clientid {
namespace {

constexpr std::string_view unix_scheme = "unix:";
constexpr int busy_pause = 10;  // milliseconds
constexpr std::size_t most_judges = 16;

// Whether `events` (or an error, which the next call will tell) came in time.
bool wait_for(int socket, short events, const Deadline& deadline) {
  pollfd wanted{socket, events, 0};
  for (;;) {
    const int left = deadline.remaining();
    if (left == 0) return false;
    const int ready = ::poll(&wanted, 1, left);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// "unix:PATH" as an address; false where it is something else or too long for one.
bool parse_address(std::string_view word, sockaddr_un& address) {
  if (word.size() < unix_scheme.size()) return false;
  if (std::memcmp(word.data(), unix_scheme.data(), unix_scheme.size()) != 0) return false;
  const char* const path = word.data() + unix_scheme.size();
  const std::size_t size = word.size() - unix_scheme.size();
  if (size == 0 || size >= sizeof address.sun_path) return false;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, size);
  return true;
}

// Sets `busy` where somebody listens, but has no room in his queue just now: a full queue of a Unix socket cannot be
// polled for.
FileDescriptor connect_to(std::string_view word, bool& busy) {
  sockaddr_un address{};
  if (!parse_address(word, address)) return FileDescriptor(-1);
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return socket;
  int result = 0;
  do {
    result = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return socket;
  if (errno == EAGAIN) busy = true;
  return FileDescriptor(-1);
}

// Before who was busy is tried again. False when the time is over.
bool pause_until_retry(const Deadline& deadline) {
  const int left = deadline.remaining();
  if (left != 0) ::poll(nullptr, 0, std::min(left, busy_pause));
  return left != 0;
}

bool write_all(int socket, std::string_view text, const Deadline& deadline) {
  std::size_t sent = 0;
  while (sent != text.size()) {
    if (!wait_for(socket, POLLOUT, deadline)) return false;
    const ssize_t step = ::send(socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (step >= 0) {
      sent += static_cast<std::size_t>(step);
    } else if (errno != EINTR && errno != EAGAIN) {
      return false;
    }
  }
  return true;
}

Answer read_reply(int socket, const Deadline& deadline) {
  char buffer[max_message];
  std::size_t used = 0;
  while (used != sizeof buffer && wait_for(socket, POLLIN, deadline)) {
    const ssize_t step = ::recv(socket, buffer + used, sizeof buffer - used, 0);
    if (step == 0) break;
    if (step < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      break;
    }
    used += static_cast<std::size_t>(step);
    const std::string_view received(buffer, used);
    const std::size_t end = received.find(end_of_message);
    if (end == std::string_view::npos) continue;
    // One question, one reply: octets behind its end mean that the two sides do not understand each other.
    if (end + end_of_message.size() != used) break;
    return parse_reply(std::string_view(buffer, end));
  }
  return Answer{};
}

bool put(const FileDescriptor& socket, const Question& question, Wanted wanted, const Deadline& deadline) {
  char request[max_message];
  const std::size_t size = format_request(question, wanted, request);
  return size != 0 && write_all(socket.get(), std::string_view(request, size), deadline);
}

// The judges that were asked whose session it is, and what is known by now.
class Inquiry {
 public:
  // Whoever does not take the question might have said that it is his.
  void ask(std::string_view word, const Question& question, const Deadline& deadline) {
    FileDescriptor socket = connect_to(word, busy_);
    if (!socket) return;
    if (count_ == most_judges || !put(socket, question, Wanted::own_sessions, deadline)) {
      answer_ = Answer{};
      return;
    }
    waiting_[count_] = {socket.get(), POLLIN, 0};
    sockets_[count_++] = std::move(socket);
  }

  // The answer of the one whose session it is. Unavailable where he cannot tell, or who it is cannot be known; unknown
  // where it is nobody's.
  Answer result(const Deadline& deadline) {
    for (std::size_t left = count_; left != 0;) {
      const int ready = ::poll(waiting_, count_, deadline.remaining());
      if (ready == 0 || (ready < 0 && errno != EINTR)) return Answer{};
      for (std::size_t i = 0; ready > 0 && i != count_; ++i) {
        if (waiting_[i].fd < 0 || waiting_[i].revents == 0) continue;
        const Answer said = read_reply(waiting_[i].fd, deadline);
        if (said.ruling == Ruling::allow || said.ruling == Ruling::refuse) return said;
        if (said.ruling == Ruling::unavailable) answer_ = said;
        waiting_[i].fd = -1;
        --left;
      }
    }
    return answer_;
  }

  bool busy() const { return busy_; }

 private:
  FileDescriptor sockets_[most_judges];
  pollfd waiting_[most_judges] = {};  // those of them that have not answered, and negative numbers
  std::size_t count_ = 0;
  bool busy_ = false;
  Answer answer_{Ruling::unknown};
};

// All at once, so that none waits for another that fails or is slow.
Answer ask_whose_session(std::string_view service, const Question& question, const Deadline& deadline) {
  for (;;) {
    Inquiry inquiry;
    std::string_view rest = service;
    for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
      inquiry.ask(word, question, deadline);
    }
    const Answer answer = inquiry.result(deadline);
    if (answer.ruling != Ruling::unknown || !inquiry.busy()) return answer;
    if (!pause_until_retry(deadline)) return Answer{};
  }
}

// The first one that connects, decides: one that fails is not gone around.
Answer ask_first(std::string_view service, const Question& question, const Deadline& deadline) {
  for (;;) {
    bool busy = false;
    std::string_view rest = service;
    for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
      const FileDescriptor socket = connect_to(word, busy);
      if (!socket) continue;
      return put(socket, question, Wanted::anybody, deadline) ? read_reply(socket.get(), deadline) : Answer{};
    }
    if (!busy || !pause_until_retry(deadline)) return Answer{};
  }
}

bool is_one_word(std::string_view list) {
  next_word(list);
  return next_word(list).empty();
}

}  // namespace

Answer ask_service(std::string_view service, const Question& question, int timeout) {
  const Deadline deadline(timeout);
  // A single judge would be asked the same twice.
  Answer answer{Ruling::unknown};
  if (!is_one_word(service)) answer = ask_whose_session(service, question, deadline);
  if (answer.ruling == Ruling::unknown) answer = ask_first(service, question, deadline);
  return answer.ruling == Ruling::unknown ? Answer{} : answer;
}

}  // namespace clientid
