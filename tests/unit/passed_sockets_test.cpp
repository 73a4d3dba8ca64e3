#include "shim/net/passed_sockets.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "plugin/config/config_error.hpp"
#include "shim/net/listen_address.hpp"

using namespace clientid;
using boost::asio::ip::tcp;

namespace {

// A socket on a free port of loopback, and where it is bound.
int bound_socket(int type, tcp::endpoint& endpoint) {
  endpoint = {boost::asio::ip::address_v4::loopback(), 0};
  const int socket = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(socket, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0);
  auto size = static_cast<socklen_t>(endpoint.capacity());
  REQUIRE(::getsockname(socket, endpoint.data(), &size) == 0);
  return socket;
}

int listening_socket(tcp::endpoint& endpoint) {
  const int socket = bound_socket(SOCK_STREAM, endpoint);
  REQUIRE(::listen(socket, 1) == 0);
  return socket;
}

std::string fault(const std::vector<int>& descriptors) {
  try {
    PassedSockets(descriptors).require_none_left();
    return "";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

bool is_open(int descriptor) {
  return ::fcntl(descriptor, F_GETFD) >= 0;
}

}  // namespace

TEST_CASE("a passed socket is found by its address and port, once") {
  tcp::endpoint one;
  tcp::endpoint two;
  const int first = listening_socket(one);
  PassedSockets passed({first, listening_socket(two)});
  const auto taken = passed.take(one);
  REQUIRE(taken);
  CHECK(taken->get() == first);
  CHECK_FALSE(passed.take(one));
  CHECK_FALSE(passed.take({boost::asio::ip::address_v4::any(), two.port()}));
  CHECK(passed.take(two));
  CHECK_NOTHROW(passed.require_none_left());
}

TEST_CASE("a passed socket that nobody took is an error that names it") {
  tcp::endpoint endpoint;
  const auto said = fault({listening_socket(endpoint)});
  CHECK(said ==
        "listen: systemd passed a socket for " + to_text(endpoint) +
            ", which no listen line names; add one with this address and port, or take it out of the socket unit");
  CHECK(fault({}).empty());
}

TEST_CASE("what is no listening TCP socket is an error, and is closed") {
  tcp::endpoint endpoint;
  const std::vector<int> others{bound_socket(SOCK_STREAM, endpoint), bound_socket(SOCK_DGRAM, endpoint),
                                ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), ::open("/dev/null", O_CLOEXEC)};
  for (const int other : others) {
    CHECK(fault({other}) ==
          "listen: systemd passed descriptor " + std::to_string(other) +
              ", which is no listening TCP socket; let the socket unit have ListenStream with address and port, and "
              "Accept=no");
    CHECK_FALSE(is_open(other));
  }
}

TEST_CASE("a second socket for the same address is an error") {
  tcp::endpoint endpoint;
  const int socket = listening_socket(endpoint);
  const int same = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  CHECK(fault({socket, same}) ==
        "listen: systemd passed two sockets for " + to_text(endpoint) + "; let one socket unit have it, once");
}
