#include "shim/net/relay.hpp"

#include "shim/net/backend_auth.hpp"
#include "shim/ops/log.hpp"
#include "shim/ops/metrics.hpp"

namespace clientid {

namespace {

// A connection that takes the place of the one on which the client authenticated.
asio::awaitable<Refusal> authenticate_again(Backend& backend, const Secret& plain) {
  if (plain.empty())
    co_return Refusal{"it was lost, and the mechanism leaves nothing to authenticate with again", true};
  const auto reply = co_await authenticate_plain(backend, plain);
  co_return Refusal{reply.cause, reply.status == AuthStatus::refused};
}

}  // namespace

asio::awaitable<Refusal> Relay::open(const BackendAddress& address, const RelayClient& client) {
  const IpEndpoint peer{client.facts.address, client.facts.port};
  const ProxyEndpoints ends{peer, client.local};
  Refusal refusal;
  auto backend = co_await Backend::open(address, rules_.backend, ends, refusal.cause);
  if (!backend) co_return refusal;
  // Before the handover, for the module in the back end may ask during it.
  auto entry = registry_.add(
      {{backend->local_endpoint(), backend->remote_endpoint()}, {client.local.sasl_form(), peer.sasl_form()}},
      client.session);
  refusal = co_await hand_over(*backend, rules_.handover, client.facts, client.plain, rules_.backend.hostname);
  if (refusal.cause.empty() && rules_.auth_by_backend && client.authenticated) {
    refusal = co_await authenticate_again(*backend, client.plain);
  }
  if (!refusal.cause.empty()) co_return refusal;
  backend_ = std::move(backend);
  entry_ = std::move(entry);
  co_return refusal;
}

asio::awaitable<bool> Relay::open(const RelayClient& client) {
  auto& backends = *rules_.backends;
  for (const auto i : backends.order()) {
    const auto refusal = co_await open(backends.address(i), client);
    if (refusal.cause.empty() || refusal.of_client) backends.worked(i);
    if (refusal.cause.empty()) co_return true;
    if (!refusal.of_client) {
      backends.failed(i, refusal.cause);
      continue;
    }
    metrics.backend_refusals.add();
    log::warning(
        "backend-refusal",
        {{"peer", client.facts.address}, {"backend", backends.address(i).to_string()}, {"cause", refusal.cause}});
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
