#include "shim/net/client.hpp"

#include <openssl/rand.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "shim/ops/log.hpp"
#include "shim/smtp/replies.hpp"

namespace clientid {

Client::Client(Service& service, Socket socket, bool implicit_tls)
    : service_(service),
      stream_(std::move(socket)),
      peer_(remote_endpoint_of(stream_.socket())),
      conversation_(service.session, implicit_tls),
      relay_(service.relay, service.parts.registry),
      implicit_tls_(implicit_tls) {}

asio::awaitable<void> Client::serve() {
  log::debug("connect", {{"peer", peer_.address}});
  bool open = true;
  if (implicit_tls_) open = co_await shake_hands();
  command_deadline_ = Clock::now() + service_.timeouts.greeting;
  while (open) {
    const auto next = conversation_.next(*service_.parts.offer.get());
    open = co_await carry_out(next);
  }
  log::debug("disconnect", {{"peer", peer_.address}});
}

asio::awaitable<bool> Client::carry_out(Next next) {
  switch (next) {
    case Next::read_client: co_return co_await read();
    case Next::write_client: co_return co_await write();
    case Next::start_tls: co_return co_await start_tls();
    case Next::open_backend: co_await open_backend(); break;
    case Next::write_backend: co_await write_backend(); break;
    case Next::read_backend: co_await read_backend(); break;
    case Next::drop_backend:
      relay_.drop();
      conversation_.backend_closed();
      break;
    case Next::authenticate: co_await authenticate(); break;
    case Next::close: co_await close(); co_return false;
  }
  co_return true;
}

// --- The client ---

asio::awaitable<bool> Client::read() {
  conversation_.reader().release_if_empty();
  if (conversation_.in_content()) {
    stream_.expires_after(service_.timeouts.data);
  } else {
    // For the whole of a command: a new one for every read would let a client drip octets for ever.
    if (conversation_.lines() != lines_seen_) command_deadline_ = Clock::now() + service_.timeouts.command;
    lines_seen_ = conversation_.lines();
    stream_.expires_at(command_deadline_);
  }
  const auto io = co_await stream_.read(conversation_.reader());
  if (io == Io::timed_out) conversation_.end(replies::timeout);
  co_return io != Io::closed;
}

asio::awaitable<bool> Client::write() {
  stream_.expires_after(service_.timeouts.data);
  const auto io = co_await stream_.write(conversation_.to_client());
  conversation_.client_written();
  co_return io == Io::done;
}

asio::awaitable<bool> Client::start_tls() {
  const bool ready = co_await shake_hands();
  if (!ready) co_return false;
  relay_.drop();
  conversation_.backend_closed();
  relay_client_.reset();
  conversation_.tls_started();
  co_return true;
}

asio::awaitable<bool> Client::shake_hands() {
  stream_.expires_after(service_.timeouts.greeting);
  const auto io = co_await stream_.start_tls(service_.parts.tls);
  if (io != Io::done) {
    log::info("tls-failure", {{"peer", peer_.address}, {"cause", io == Io::timed_out ? "timeout" : "handshake"}});
  }
  co_return io == Io::done;
}

asio::awaitable<void> Client::close() {
  const auto fault = conversation_.fault();
  if (fault != Fault::none)
    log::warning("client-fault", {{"peer", peer_.address}, {"cause", std::string(name(fault))}});
  if (relay_.connected()) co_await relay_.quit();
  co_await stream_.finish();
}

// --- The back end ---

asio::awaitable<void> Client::open_backend() {
  const bool opened = co_await relay_.open(relay_client());
  if (!opened) {
    conversation_.backend_unavailable();
    co_return;
  }
  service_.parts.offer.learn(relay_.keywords());
  conversation_.backend_opened(relay_.keywords().has("PIPELINING"));
}

asio::awaitable<void> Client::write_backend() {
  if (conversation_.begins_transaction() && relay_.stale()) {
    // It was left alone for longer than it likes. Nothing is lost: next() asks for another connection.
    relay_.drop();
    conversation_.backend_closed();
    co_return;
  }
  const bool sent = co_await relay_.send(conversation_.to_backend());
  if (sent) {
    conversation_.backend_written();
    co_return;
  }
  // It may have said why before it left.
  for (bool more = conversation_.awaits_backend() || conversation_.in_content(); more;) {
    const auto reply = co_await relay_.receive();
    more = reply && conversation_.on_backend_reply(*reply) && conversation_.awaits_backend();
  }
  lose_backend("cannot send");
}

asio::awaitable<void> Client::read_backend() {
  const auto reply = co_await relay_.receive();
  if (!reply) {
    lose_backend("no reply");
  } else if (!conversation_.on_backend_reply(*reply)) {
    lose_backend("a reply to something else than was asked");
  }
}

void Client::lose_backend(const char* cause) {
  log::warning("backend-lost", {{"peer", peer_.address}, {"cause", cause}});
  relay_.drop();
  conversation_.backend_lost();
}

const RelayClient& Client::relay_client() {
  if (!relay_client_) {
    const auto& session = conversation_.session();
    std::optional<Device> device;
    if (const auto& identity = session.identity()) device = service_.parts.judge.device(*identity);
    relay_client_ = RelayClient{{peer_.address, peer_.port, session.helo(), login_},
                                {std::move(device), Address::parse(peer_.address)},
                                std::move(plain_)};
  }
  return *relay_client_;
}

// --- AUTH ---

asio::awaitable<void> Client::authenticate() {
  const auto begun = Clock::now();
  auto step = conversation_.take_auth_step();
  auto result = co_await run_auth(step);
  if (result.status == AuthStatus::authenticated) {
    login_ = std::move(result.login);
    // Not the connection that spoke for nobody.
    if (relay_.connected()) co_await relay_.quit();
    conversation_.backend_closed();
    relay_client_.reset();
    if (service_.relay.handover == Handover::replay) plain_ = std::move(*step.auth.response);
  }
  if (result.status == AuthStatus::refused || result.status == AuthStatus::unavailable) co_await delay_failure(begun);
  if (result.status != AuthStatus::challenge) authenticator_.reset();
  conversation_.auth_result(result.status, result.challenge);
}

asio::awaitable<AuthResult> Client::run_auth(const Step& step) {
  const bool first = step.action == Action::authenticate;
  if (first) {
    PeerFacts peer{peer_.address, local_endpoint_of(stream_.socket()).sasl_form(), peer_.sasl_form(),
                   stream_.cipher_bits()};
    authenticator_ =
        std::make_unique<Authenticator>(service_.auth, service_.parts.judge, service_.parts.recorder, std::move(peer));
  }
  AuthResult result;
  const auto work = [&](JudgeStore& store) {
    const auto& identity = conversation_.session().identity();
    result =
        first ? authenticator_->start(store, identity ? &*identity : nullptr, step.auth.mechanism, step.auth.response)
              : authenticator_->step(store, *step.auth.response);
  };
  const bool ran = co_await service_.parts.pool.run(work);
  if (!ran) log::error("auth-queue-full", {{"peer", peer_.address}});
  co_return result;
}

// A refusal takes the same time whatever it is for: the verdict of the policy is much faster than a wrong password.
asio::awaitable<void> Client::delay_failure(Clock::time_point begun) {
  unsigned char random = 0;
  RAND_bytes(&random, 1);
  const auto jitter = service_.failure_delay / 4 * random / 255;
  asio::steady_timer timer(co_await asio::this_coro::executor, begun + service_.failure_delay + jitter);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace clientid
