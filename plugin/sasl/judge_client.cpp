#include "plugin/sasl/judge_client.hpp"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "plugin/config/file_descriptor.hpp"
#include "plugin/sasl/deadline.hpp"
#include "plugin/sasl/request.hpp"
#include "plugin/sasl/words.hpp"

namespace clientid {
namespace {

constexpr std::string_view unix_scheme = "unix:";
constexpr int busy_pause = 10;  // milliseconds

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

int count_words(std::string_view list) {
  int count = 0;
  while (!next_word(list).empty()) ++count;
  return count;
}

// Before who was busy is tried again. False when the time is over.
bool pause(const Deadline& deadline) {
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

Answer converse(const FileDescriptor& socket, const Question& question, Wanted wanted, const Deadline& deadline) {
  char request[max_message];
  const std::size_t size = format_request(question, wanted, request);
  if (size == 0 || !write_all(socket.get(), std::string_view(request, size), deadline)) return Answer{};
  return read_reply(socket.get(), deadline);
}

// The judge whose session it is, decides. One that fails takes no more than its share of the time, and is gone around
// only to one that knows the session: else it may be its own. `unknown` where it is nobody's.
Answer ask_whose_session(std::string_view service, const Question& question, const Deadline& deadline) {
  for (;;) {
    bool busy = false;
    Answer answer;
    answer.ruling = Ruling::unknown;
    std::string_view rest = service;
    for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
      const FileDescriptor socket = connect_to(word, busy);
      if (!socket) continue;
      const Deadline share(deadline.remaining() / (1 + count_words(rest)));
      const Answer said = converse(socket, question, Wanted::own_sessions, share);
      if (said.ruling == Ruling::allow || said.ruling == Ruling::refuse) return said;
      if (said.ruling == Ruling::unavailable) answer = said;
    }
    if (!busy || answer.ruling == Ruling::unavailable) return answer;
    if (!pause(deadline)) return Answer{};
  }
}

// The first one that connects, decides: one that fails is not gone around.
Answer ask_first(std::string_view service, const Question& question, const Deadline& deadline) {
  for (;;) {
    bool busy = false;
    std::string_view rest = service;
    for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
      const FileDescriptor socket = connect_to(word, busy);
      if (socket) return converse(socket, question, Wanted::anybody, deadline);
    }
    if (!busy || !pause(deadline)) return Answer{};
  }
}

}  // namespace

Answer ask_service(std::string_view service, const Question& question, int timeout) {
  const Deadline deadline(timeout);
  Answer answer;
  answer.ruling = Ruling::unknown;
  // A single judge would be asked the same twice.
  if (count_words(service) > 1) answer = ask_whose_session(service, question, deadline);
  if (answer.ruling == Ruling::unknown) answer = ask_first(service, question, deadline);
  return answer.ruling == Ruling::unknown ? Answer{} : answer;
}

}  // namespace clientid
