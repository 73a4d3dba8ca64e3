#include "shim/net/listening_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>

#include "plugin/config/config_error.hpp"

namespace clientid {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// With SO_REUSEPORT a second shim would take half of the clients unnoticed; without it the address must be free.
void require_free(asio::io_context& context, const tcp::endpoint& endpoint, boost::system::error_code& error) {
  tcp::acceptor probe(context);
  probe.open(endpoint.protocol(), error);
  if (!error) probe.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && endpoint.address().is_v6()) probe.set_option(asio::ip::v6_only(true), error);
  if (!error) probe.bind(endpoint, error);
}

// A reply group is one write, and waits for no other. Connections take it over from the socket that they came to.
void send_at_once(tcp::acceptor& acceptor, boost::system::error_code& error) {
  acceptor.set_option(tcp::no_delay(true), error);
}

boost::system::error_code last_error() {
  return {errno, boost::system::system_category()};
}

void require(const ListenAddress& address, const boost::system::error_code& error) {
  if (error) throw ConfigError("listen: cannot listen on " + address.to_string() + ": " + error.message());
}

}  // namespace

tcp::acceptor open_acceptor(asio::io_context& context, const ListenAddress& address, Place place) {
  tcp::acceptor acceptor(context);
  boost::system::error_code error;
  if (place == Place::first) require_free(context, address.endpoint, error);
  const auto step = [&](auto act) {
    if (!error) act();
  };
  step([&] { acceptor.open(address.endpoint.protocol(), error); });
  step([&] { acceptor.set_option(tcp::acceptor::reuse_address(true), error); });
  step([&] {
    const int on = 1;
    if (::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) error = last_error();
  });
  if (address.endpoint.address().is_v6()) {
    step([&] { acceptor.set_option(asio::ip::v6_only(true), error); });
  }
  step([&] { send_at_once(acceptor, error); });
  step([&] { acceptor.bind(address.endpoint, error); });
  step([&] { acceptor.listen(asio::socket_base::max_listen_connections, error); });
  require(address, error);
  return acceptor;
}

tcp::acceptor share_acceptor(asio::io_context& context, const ListenAddress& address, int descriptor) {
  tcp::acceptor acceptor(context);
  const int own = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (own < 0) require(address, last_error());
  boost::system::error_code error;
  acceptor.assign(address.endpoint.protocol(), own, error);
  if (!error) send_at_once(acceptor, error);
  require(address, error);
  return acceptor;
}

}  // namespace clientid
