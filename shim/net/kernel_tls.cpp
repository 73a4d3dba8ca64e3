#include "shim/net/kernel_tls.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/opensslconf.h>
#include <sys/socket.h>

#include <cerrno>
#include <string_view>

#include "plugin/config/file_descriptor.hpp"

namespace clientid {
namespace {

bool ask() {
#ifdef OPENSSL_NO_KTLS
  return false;
#else
  constexpr std::string_view protocol = "tls";
  const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return false;
  const int result = ::setsockopt(socket.get(), IPPROTO_TCP, TCP_ULP, protocol.data(), protocol.size());
  // It is there, and wants a connection.
  return result == 0 || errno == ENOTCONN;
#endif
}

}  // namespace

bool kernel_has_tls() {
  static const bool has = ask();
  return has;
}

}  // namespace clientid
