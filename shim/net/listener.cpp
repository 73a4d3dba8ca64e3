#include "shim/net/listener.hpp"

#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "shim/net/endpoint.hpp"
#include "shim/net/proxied.hpp"
#include "shim/ops/log.hpp"
#include "shim/smtp/replies.hpp"

namespace clientid {

using asio::ip::tcp;

namespace {

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

Listener::Listener(asio::io_context& context, const ListenAddress& address, const ListenerParts& parts,
                   tcp::acceptor acceptor)
    : context_(context), address_(address), parts_(parts), acceptor_(std::move(acceptor)) {}

void Listener::start() {
  asio::co_spawn(context_, accept(), asio::detached);
}

void Listener::wind_down() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (auto* client : *clients_) client->wind_down();
}

asio::awaitable<void> Listener::accept() {
  bool failing = false;
  for (;;) {
    boost::system::error_code error;
    auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (!acceptor_.is_open()) co_return;
    if (!error) {
      failing = false;
      asio::co_spawn(context_, serve(std::move(socket)), asio::detached);
      continue;
    }
    // Most likely no descriptor is left: said once, and clients wait in the kernel's queue until sessions have ended.
    if (!failing) log::error("accept", {{"listen", address_.to_string()}, {"cause", error.message()}});
    failing = true;
    co_await pause(pause_after_failure);
  }
}

asio::awaitable<void> Listener::pause(Clock::duration duration) {
  asio::steady_timer timer(context_, duration);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<void> Listener::serve(tcp::socket socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  Stream stream(Socket(std::move(socket)));
  ClientEnds ends{remote_endpoint_of(stream.socket()), local_endpoint_of(stream.socket())};
  if (!parts_.limits.enter()) {
    refuse(stream, ends.peer.address);
    co_return;
  }
  // Whatever goes wrong in one session ends that session alone.
  try {
    co_await serve_admitted(std::move(stream), std::move(ends));
  } catch (const std::exception& error) {
    log::error("session-failure", {{"cause", error.what()}});
  }
  parts_.limits.leave();
}

asio::awaitable<void> Listener::serve_admitted(Stream stream, ClientEnds ends) {
  auto service = parts_.service.get();
  if (address_.proxy_protocol) {
    stream.expires_after(service->timeouts.greeting);
    auto found = co_await read_client_ends(stream, ends, service->trusted_proxies);
    if (!found) co_return;
    ends = std::move(*found);
  }
  const auto place = parts_.limits.enter(ends.peer.address);
  if (!place) {
    refuse(stream, ends.peer.address);
    co_return;
  }
  Client client(std::move(service), std::move(stream), std::move(ends), address_.implicit_tls);
  const Listed listed(clients_, client);
  co_await client.serve();
}

void Listener::refuse(Stream& stream, const std::string& peer) {
  if (!address_.implicit_tls) {
    const auto reply = replies::too_many_connections;
    ::send(stream.socket().native_handle(), reply.data(), reply.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  if (const auto count = parts_.refusals.pass(Clock::now())) {
    log::warning("too-many-connections",
                 {{"peer", peer}, {"listen", address_.to_string()}, {"refused", std::to_string(*count)}});
  }
}

}  // namespace clientid
