#include "shim/net/endpoint.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <string_view>

namespace clientid {
namespace {

IpEndpoint from(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return {text.data(), ntohs(v4.sin_port)};
  }
  if (address.sa_family != AF_INET6) return {};
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  // An IPv4 client on a socket for both is an IPv4 client.
  constexpr std::string_view mapped = "::ffff:";
  const std::string_view shown = text.data();
  const bool is_v4 = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
  return {std::string(is_v4 ? shown.substr(mapped.size()) : shown), ntohs(v6.sin6_port)};
}

}  // namespace

IpEndpoint endpoint_of(const asio::ip::tcp::endpoint& endpoint) {
  return from(*endpoint.data());
}

IpEndpoint local_endpoint_of(Socket& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket.native_handle(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return from(reinterpret_cast<const sockaddr&>(address));
}

IpEndpoint remote_endpoint_of(Socket& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(socket.native_handle(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return from(reinterpret_cast<const sockaddr&>(address));
}

}  // namespace clientid
