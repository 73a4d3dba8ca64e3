#include "shim/net/listener.hpp"

#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <charconv>
#include <exception>

#include "plugin/config/config_error.hpp"
#include "shim/ops/log.hpp"
#include "shim/smtp/replies.hpp"

namespace clientid {

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

// Among the clients of a listener for as long as it is served.
class Listed {
 public:
  Listed(std::shared_ptr<std::set<Client*>> clients, Client& client)
      : clients_(std::move(clients)), place_(clients_->insert(&client).first) {}
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;
  ~Listed() { clients_->erase(place_); }

 private:
  std::shared_ptr<std::set<Client*>> clients_;
  std::set<Client*>::iterator place_;
};

constexpr auto pause_after_failure = std::chrono::seconds(1);

}  // namespace

std::optional<ListenAddress> ListenAddress::parse(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto kind = text.substr(space + 1);
  if (kind != "starttls" && kind != "tls") return std::nullopt;
  auto host = text.substr(0, space);
  const auto colon = host.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto digits = host.substr(colon + 1);
  host = host.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (bad != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  boost::system::error_code error;
  const auto address = asio::ip::make_address(std::string(host), error);
  if (error) return std::nullopt;
  return ListenAddress{{address, port}, kind == "tls"};
}

std::string ListenAddress::to_string() const {
  const auto address = endpoint.address();
  const auto host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return host + ":" + std::to_string(endpoint.port()) + (implicit_tls ? " tls" : " starttls");
}

bool ConnectionCount::enter() {
  if (now_.fetch_add(1) < most_) return true;
  --now_;
  return false;
}

Listener::Listener(asio::io_context& context, const ListenAddress& address, const CurrentService& service,
                   ConnectionCount& count, Place place)
    : context_(context), address_(address), service_(service), count_(count), acceptor_(context) {
  boost::system::error_code error;
  if (place == Place::first) require_free(context, address.endpoint, error);
  const auto step = [&](auto act) {
    if (!error) act();
  };
  step([&] { acceptor_.open(address.endpoint.protocol(), error); });
  step([&] { acceptor_.set_option(tcp::acceptor::reuse_address(true), error); });
  step([&] {
    const int on = 1;
    if (::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
      error.assign(errno, boost::system::system_category());
    }
  });
  if (address.endpoint.address().is_v6()) {
    step([&] { acceptor_.set_option(asio::ip::v6_only(true), error); });
  }
  step([&] { acceptor_.bind(address.endpoint, error); });
  step([&] { acceptor_.listen(asio::socket_base::max_listen_connections, error); });
  if (error) throw ConfigError("listen: cannot listen on " + address.to_string() + ": " + error.message());
}

void Listener::start() {
  asio::co_spawn(context_, accept(), asio::detached);
}

void Listener::wind_down() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (auto* client : *clients_) client->wind_down();
}

asio::awaitable<void> Listener::accept() {
  asio::steady_timer pause(context_);
  for (;;) {
    boost::system::error_code error;
    auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (!acceptor_.is_open()) co_return;
    if (error) {
      // Most likely no descriptor is left. Trying again at once would only burn the processor.
      log::error("accept", {{"listen", address_.to_string()}, {"cause", error.message()}});
      pause.expires_after(pause_after_failure);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    asio::co_spawn(context_, serve(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> Listener::serve(tcp::socket socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (!count_.enter()) {
    if (!address_.implicit_tls) {
      socket.non_blocking(true, ignored);
      socket.send(asio::buffer(replies::too_many_connections), 0, ignored);
    }
    log::warning("too-many-connections", {{"listen", address_.to_string()}});
    co_return;
  }
  // Whatever goes wrong in one session ends that session alone.
  try {
    Client client(service_.get(), Socket(std::move(socket)), address_.implicit_tls);
    const Listed listed(clients_, client);
    co_await client.serve();
  } catch (const std::exception& error) {
    log::error("session-failure", {{"cause", error.what()}});
  }
  count_.leave();
}

}  // namespace clientid
