#include "shim/net/client.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "shim/net/backend_login.hpp"
#include "shim/net/sasl_login.hpp"
#include "shim/ops/log.hpp"
#include "shim/ops/metrics.hpp"
#include "shim/smtp/replies.hpp"

namespace clientid {

Client::Client(std::shared_ptr<const Service> service, Stream stream, ClientEnds ends, bool implicit_tls)
    : service_(std::move(service)),
      stream_(std::move(stream)),
      ends_(std::move(ends)),
      conversation_(service_->session, implicit_tls),
      relay_(service_->relay, service_->parts.registry),
      implicit_tls_(implicit_tls),
      session_deadline_(Clock::now() + service_->timeouts.session) {}

asio::awaitable<void> Client::serve() {
  log::debug("connect", {{"peer", ends_.peer.address}});
  bool open = true;
  if (implicit_tls_) open = co_await shake_hands();
  command_deadline_ = Clock::now() + service_->timeouts.greeting;
  while (open) {
    const auto next = conversation_.next(*service_->offer->get());
    open = co_await carry_out(next);
  }
  log::debug("disconnect", {{"peer", ends_.peer.address}});
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
  // Within a message more is about to come.
  if (!conversation_.in_content()) conversation_.reader().release_if_empty();
  const auto session_deadline = conversation_.in_message() ? Clock::time_point::max() : session_deadline_;
  // The timer alone would be heard too late by a client that always has more for us to read.
  if (Clock::now() >= session_deadline) {
    conversation_.end(replies::timeout);
    co_return true;
  }
  if (conversation_.in_content()) {
    stream_.expires_after(service_->timeouts.data);
  } else {
    // For the whole of a command: a new one for every read would let a client drip octets for ever.
    if (conversation_.lines() != lines_seen_) command_deadline_ = Clock::now() + service_->timeouts.command;
    lines_seen_ = conversation_.lines();
    stream_.expires_at(std::min(command_deadline_, session_deadline));
  }
  if (winding_down_ && conversation_.idle()) {
    conversation_.end(replies::shutting_down);
    co_return true;
  }
  waiting_ = true;
  const auto room = conversation_.in_content() ? message_room : command_room;
  const auto io = co_await stream_.read(conversation_.reader(), room);
  waiting_ = false;
  if (io == Io::timed_out) conversation_.end(winding_down_ ? replies::shutting_down : replies::timeout);
  co_return io != Io::closed;
}

void Client::wind_down() {
  winding_down_ = true;
  // The wait for the next command is over.
  if (waiting_ && conversation_.idle()) stream_.expires_after({});
}

asio::awaitable<bool> Client::write() {
  stream_.expires_after(service_->timeouts.data);
  const auto follows = conversation_.says_last() ? Follows::nothing : Follows::more;
  const auto io = co_await stream_.write(conversation_.to_client(), follows);
  conversation_.client_written();
  co_return io == Io::done;
}

asio::awaitable<bool> Client::start_tls() {
  const bool ready = co_await shake_hands();
  if (!ready) co_return false;
  relay_.drop();
  conversation_.backend_closed();
  relay_client_.reset();
  device_.reset();  // D4.8
  co_return true;
}

asio::awaitable<bool> Client::shake_hands() {
  stream_.expires_after(service_->timeouts.greeting);
  const auto io = co_await stream_.start_tls(service_->tls->get());
  if (io != Io::done) {
    metrics.handshakes[Handshake::failed].add();
    log::info("tls-failure", {{"peer", ends_.peer.address}, {"cause", io == Io::timed_out ? "timeout" : "handshake"}});
    co_return false;
  }
  metrics.handshakes[stream_.resumed() ? Handshake::resumed : Handshake::full].add();
  conversation_.tls_started(stream_.certificate_identity());
  co_return true;
}

asio::awaitable<void> Client::close() {
  const auto fault = conversation_.fault();
  if (fault != Fault::none)
    log::warning("client-fault", {{"peer", ends_.peer.address}, {"cause", std::string(name(fault))}});
  if (relay_.connected()) co_await relay_.quit();
  if (!conversation_.client_quits()) co_await stream_.finish();
}

// --- The back end ---

asio::awaitable<void> Client::open_backend() {
  if (!relay_client_) relay_client_ = std::make_unique<RelayClient>(describe());
  const bool opened = co_await relay_.open(*relay_client_);
  if (!opened) {
    conversation_.backend_unavailable();
    co_return;
  }
  fresh_backend_ = true;
  backend_ready();
}

void Client::backend_ready() {
  service_->offer->learn(relay_.keywords());
  conversation_.backend_opened(relay_.keywords().has("PIPELINING"), relay_.keywords().has("CHUNKING"));
}

asio::awaitable<void> Client::write_backend() {
  // One that was not left alone for any time has no reason to be stale, and the next one may be no better.
  const bool fresh = std::exchange(fresh_backend_, false);
  const bool replaceable = conversation_.begins_transaction() && !fresh;
  if ((replaceable || !conversation_.awaits_backend()) && relay_.stale()) {
    // What was said before it was asked must not become the reply to what we would send now. But a message may be
    // refused before its end.
    if (!replaceable && conversation_.in_content()) co_return co_await read_backend();
    if (!replaceable) co_return lose_backend("it left, or said what nobody had asked for");
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
  metrics.backend_lost.add();
  log::warning("backend-lost", {{"peer", ends_.peer.address}, {"cause", cause}});
  relay_.drop();
  conversation_.backend_lost();
}

// Hashed once for an AUTH: before it, CLIENTID may still put an identity in the place of the certificate's.
const std::optional<Device>& Client::device() {
  const auto& identity = conversation_.session().identity();
  if (!device_ && identity) device_ = service_->judge->device(*identity);
  return device_;
}

// As it is now; who authenticates later is another.
RelayClient Client::describe() {
  const auto& session = conversation_.session();
  return {.facts = {.address = ends_.peer.address,
                    .port = ends_.peer.port,
                    .helo = session.helo(),
                    .login = {},
                    .server_address = ends_.local.address,
                    .server_port = ends_.local.port},
          .session = {.device = device(), .peer = Address::parse(ends_.peer.address), .pending = {}},
          .plain = {},
          .local = ends_.local};
}

// --- AUTH ---

asio::awaitable<void> Client::authenticate() {
  const auto begun = Clock::now();
  auto step = conversation_.take_auth_step();
  if (step.action == Action::authenticate) {
    device_.reset();
    login_ = new_login();
    auth_time_ = {};
    keeps_password_ = step.auth.mechanism == "PLAIN" &&
                      (service_->login != LoginWay::sasl || service_->relay.handover.way == Handover::replay);
  }
  Secret plain = keeps_password_ && step.auth.response ? step.auth.response->clone() : Secret();
  auto result = co_await login_->step(std::move(step.auth));
  auth_time_ += Clock::now() - begun;
  if (result.status != AuthStatus::challenge) metrics.auth_duration.observe(auth_time_);
  if (result.status == AuthStatus::authenticated) {
    // U6.2.3: in this process at once, and known to all that share the store soon after.
    device_place_ = login_->take_place();
    if (result.session) open_session_ = service_->parts.recorder.open_session(*result.session);
    co_await keep_login(result.login, std::move(plain));
  }
  if (result.status == AuthStatus::refused || result.status == AuthStatus::unavailable) co_await delay_failure(begun);
  if (result.status != AuthStatus::challenge) login_.reset();
  conversation_.auth_result(result.status, result.challenge);
}

std::unique_ptr<Login> Client::new_login() {
  if (service_->login == LoginWay::sasl) {
    PeerFacts peer{ends_.peer.address, ends_.local.sasl_form(), ends_.peer.sasl_form(), stream_.cipher_bits()};
    if (service_->auth.channel_binding) peer.bindings = stream_.channel_bindings();
    return std::make_unique<SaslLogin>(service_, std::move(peer), device());
  }
  conversation_.backend_closed();
  return std::make_unique<BackendLogin>(service_, relay_, describe());
}

asio::awaitable<void> Client::keep_login(const std::string& login, Secret plain) {
  relay_client_ = std::make_unique<RelayClient>(describe());
  relay_client_->facts.login = login;
  relay_client_->authenticated = true;
  relay_client_->plain = std::move(plain);
  if (service_->login != LoginWay::sasl) {
    backend_ready();
  } else if (relay_.connected()) {
    // Not the connection that spoke for nobody.
    co_await relay_.quit();
    conversation_.backend_closed();
  }
}

// A refusal takes the same time whatever it is for: the verdict of the policy is much faster than a wrong password.
asio::awaitable<void> Client::delay_failure(Clock::time_point begun) {
  unsigned char random = 0;
  RAND_bytes(&random, 1);
  const auto jitter = service_->failure_delay / 4 * random / 255;
  asio::steady_timer timer(co_await asio::this_coro::executor, begun + service_->failure_delay + jitter);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace clientid
