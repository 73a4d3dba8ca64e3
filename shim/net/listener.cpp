#include "shim/net/listener.hpp"

#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "shim/net/endpoint.hpp"
#include "shim/net/proxied.hpp"
#include "shim/ops/log.hpp"
#include "shim/ops/metrics.hpp"
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
    : context_(context), address_(address), parts_(parts), acceptor_(std::move(acceptor)), retry_(context) {}

void Listener::start() {
  asio::co_spawn(context_, accept(), asio::detached);
}

void Listener::wind_down() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (auto* client : *clients_) client->wind_down();
}

asio::awaitable<void> Listener::accept() {
  for (;;) {
    boost::system::error_code error;
    tcp::endpoint peer;
    auto socket = co_await acceptor_.async_accept(peer, asio::redirect_error(asio::use_awaitable, error));
    if (!acceptor_.is_open()) co_return;
    if (!error) {
      asio::co_spawn(context_, serve(std::move(socket), endpoint_of(peer)), asio::detached);
      continue;
    }
    // Most likely no descriptor is left. Clients wait in the queue of the kernel; to try again at once would only burn
    // the processor.
    if (parts_.throttles.accept.pass(Clock::now())) {
      log::error("accept", {{"listen", address_.to_string()}, {"cause", error.message()}});
    }
    retry_.expires_after(pause_after_failure);
    co_await retry_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<void> Listener::serve(tcp::socket socket, IpEndpoint peer) {
  Stream stream(Socket(std::move(socket)));
  ClientEnds ends{std::move(peer), local_endpoint_of(stream.socket())};
  metrics.connections.add();
  if (!parts_.limits.enter()) {
    metrics.refused[ConnectionLimit::all].add();
    refuse(stream, ends.peer.address, parts_.throttles.too_many, "max-connections");
    co_return;
  }
  // Whatever goes wrong in one session ends that session alone.
  try {
    co_await serve_admitted(std::move(stream), std::move(ends));
  } catch (const std::exception& error) {
    log::error("session-failure", {{"cause", error.what()}});
  }
  parts_.limits.leave();
  retry_.cancel();
}

asio::awaitable<void> Listener::serve_admitted(Stream stream, ClientEnds ends) {
  auto service = parts_.service.get();
  if (address_.proxy_protocol) {
    stream.expires_after(service->timeouts.greeting);
    auto found = co_await read_client_ends(stream, ends, service->trusted_proxies, parts_.throttles.proxies);
    if (!found) co_return;
    ends = std::move(*found);
  }
  const auto place = parts_.limits.enter(ends.peer.address);
  if (!place) {
    metrics.refused[ConnectionLimit::address].add();
    refuse(stream, ends.peer.address, parts_.throttles.too_many_of_address, "max-connections-per-address");
    co_return;
  }
  Client client(std::move(service), std::move(stream), std::move(ends), address_.implicit_tls);
  const Listed listed(clients_, client);
  // The listener may have gone while the header was awaited.
  if (!acceptor_.is_open()) client.wind_down();
  co_await client.serve();
}

void Listener::refuse(Stream& stream, const std::string& peer, log::Throttle& throttle, const char* limit) {
  if (!address_.implicit_tls) {
    const auto reply = replies::too_many_connections;
    ::send(stream.socket().native_handle(), reply.data(), reply.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  if (const auto count = throttle.pass(Clock::now())) {
    log::warning(
        "too-many-connections",
        {{"peer", peer}, {"listen", address_.to_string()}, {"limit", limit}, {"refused", std::to_string(*count)}});
  }
}

}  // namespace clientid
