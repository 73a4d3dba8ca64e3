#include "shim/net/relay.hpp"

#include "shim/net/backend_auth.hpp"
#include "shim/ops/log.hpp"

namespace clientid {

namespace {

// A connection that takes the place of the one on which the client authenticated.
asio::awaitable<std::string> authenticate_again(Backend& backend, const Secret& plain) {
  if (plain.empty()) co_return "it was lost, and the mechanism leaves nothing to authenticate with again";
  const auto reply = co_await authenticate_plain(backend, plain);
  co_return reply.status == AuthStatus::authenticated ? "" : reply.cause;
}

}  // namespace

asio::awaitable<std::string> Relay::open(const BackendAddress& address, const RelayClient& client) {
  std::string cause;
  const IpEndpoint peer{client.facts.address, client.facts.port};
  auto backend = co_await Backend::open(address, rules_.backend, {peer, client.local}, cause);
  if (!backend) co_return cause;
  // Before the handover, for the module in the back end may ask during it.
  auto entry = registry_.add(
      {{backend->local_endpoint(), backend->remote_endpoint()}, {client.local.sasl_form(), peer.sasl_form()}},
      client.session);
  cause = co_await hand_over(*backend, rules_.handover, client.facts, client.plain, rules_.backend.hostname);
  if (cause.empty() && rules_.auth_by_backend && client.authenticated) {
    cause = co_await authenticate_again(*backend, client.plain);
  }
  if (!cause.empty()) co_return cause;
  backend_ = std::move(backend);
  entry_ = std::move(entry);
  co_return "";
}

asio::awaitable<bool> Relay::open(const RelayClient& client) {
  for (const auto& address : rules_.backends) {
    const auto cause = co_await open(address, client);
    if (cause.empty()) co_return true;
    log::error("backend-failure", {{"peer", client.facts.address}, {"backend", address.to_string()}, {"cause", cause}});
  }
  co_return false;
}

void Relay::drop() {
  entry_.reset();
  backend_.reset();
}

asio::awaitable<void> Relay::quit() {
  if (backend_) co_await backend_->send("QUIT\r\n");
  drop();
}

}  // namespace clientid
