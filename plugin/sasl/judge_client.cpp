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

// Sets `busy` where somebody listens, but has no room in his queue just now.
FileDescriptor connect_to(const sockaddr_un& address, bool& busy) {
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

// A full queue of a Unix socket cannot be polled for: the list is tried again until the time is over.
FileDescriptor connect_to_any(std::string_view service, const Deadline& deadline) {
  for (;;) {
    bool busy = false;
    std::string_view rest = service;
    for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
      sockaddr_un address{};
      if (!parse_address(word, address)) continue;
      FileDescriptor socket = connect_to(address, busy);
      if (socket) return socket;
    }
    const int left = deadline.remaining();
    if (!busy || left == 0) return FileDescriptor(-1);
    ::poll(nullptr, 0, std::min(left, busy_pause));
  }
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

}  // namespace

Answer ask_service(std::string_view service, const Question& question, int timeout) {
  const Deadline deadline(timeout);
  char request[max_message];
  const std::size_t size = format_request(question, request);
  if (size == 0) return Answer{};
  const FileDescriptor socket = connect_to_any(service, deadline);
  if (!socket || !write_all(socket.get(), std::string_view(request, size), deadline)) return Answer{};
  return read_reply(socket.get(), deadline);
}

}  // namespace clientid
