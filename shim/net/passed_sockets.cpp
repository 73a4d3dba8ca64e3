#include "shim/net/passed_sockets.hpp"

#include <sys/socket.h>

#include <string>

#include "plugin/config/config_error.hpp"
#include "shim/net/listen_address.hpp"

namespace clientid {

using boost::asio::ip::tcp;

namespace {

int option_of(int descriptor, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

// None where it is something else than a TCP socket that listens.
std::optional<tcp::endpoint> endpoint_of(int descriptor) {
  tcp::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (option_of(descriptor, SO_PROTOCOL) != IPPROTO_TCP || option_of(descriptor, SO_ACCEPTCONN) != 1 ||
      ::getsockname(descriptor, endpoint.data(), &size) != 0) {
    return std::nullopt;
  }
  endpoint.resize(size);
  return endpoint;
}

[[noreturn]] void reject(const std::string& what) {
  throw ConfigError("listen: systemd passed " + what);
}

}  // namespace

PassedSockets::PassedSockets(const std::vector<int>& descriptors) {
  for (const int descriptor : descriptors) {
    FileDescriptor socket(descriptor);
    const auto endpoint = endpoint_of(descriptor);
    if (!endpoint) {
      reject("descriptor " + std::to_string(descriptor) +
             ", which is no listening TCP socket; let the socket unit have ListenStream with address and port, and "
             "Accept=no");
    }
    if (!sockets_.emplace(*endpoint, std::move(socket)).second) {
      reject("two sockets for " + to_text(*endpoint) + "; let one socket unit have it, once");
    }
  }
}

std::optional<FileDescriptor> PassedSockets::take(const tcp::endpoint& endpoint) {
  auto node = sockets_.extract(endpoint);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

void PassedSockets::require_none_left() const {
  if (sockets_.empty()) return;
  reject("a socket for " + to_text(sockets_.begin()->first) +
         ", which no listen line names; add one with this address and port, or take it out of the socket unit");
}

}  // namespace clientid
