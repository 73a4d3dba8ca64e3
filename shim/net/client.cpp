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
      session_(service.session, implicit_tls),
      relay_(service.relay, service.parts.registry, stream_, reader_),
      implicit_tls_(implicit_tls) {}

asio::awaitable<void> Client::serve() {
  log::debug("connect", {{"peer", peer_.address}});
  if (implicit_tls_) {
    const bool ready = co_await shake_hands();
    if (!ready) co_return;
  }
  relay_.reply(session_.greeting());
  command_deadline_ = Clock::now() + service_.timeouts.greeting;
  for (bool open = true; open;) {
    std::string_view line;
    switch (reader_.next(line, session_.line_limit())) {
      case LineStatus::incomplete: open = co_await read_more(); break;
      case LineStatus::complete: {
        auto step = session_.on_line(line, *service_.parts.keywords.get());
        open = co_await carry_out(step, line);
        // For the whole of the next command: a new one for every read would let a client drip octets for ever.
        command_deadline_ = Clock::now() + service_.timeouts.command;
        break;
      }
      case LineStatus::too_long: open = co_await close(replies::line_too_long); break;
      case LineStatus::bad_octet: open = co_await close(replies::bare_cr_or_lf); break;
    }
  }
  log::debug("disconnect", {{"peer", peer_.address}});
}

// The client has said all that it says for now: it gets its replies before more is read.
asio::awaitable<bool> Client::read_more() {
  const bool flushed = co_await flush();
  if (!flushed) co_return false;
  reader_.release_if_empty();
  stream_.expires_at(command_deadline_);
  const auto io = co_await stream_.read(reader_);
  if (io == Io::timed_out) co_return co_await close(replies::timeout);
  co_return io == Io::done;
}

asio::awaitable<bool> Client::carry_out(Step& step, std::string_view line) {
  switch (step.action) {
    case Action::reply: relay_.reply(step.reply); co_return true;
    case Action::start_tls: co_return co_await start_tls(step.reply);
    case Action::authenticate:
    case Action::respond: co_return co_await authenticate(step);
    case Action::forward: co_await relay_.forward(line, relay_client()); co_return true;
    case Action::forward_data: co_return co_await forward_data(line);
    case Action::reset:
      relay_.reset();
      relay_.reply(step.reply);
      co_return true;
    case Action::close: break;
  }
  co_return co_await close(step.reply);
}

asio::awaitable<bool> Client::flush() {
  const auto status = co_await relay_.flush();
  switch (status) {
    case RelayStatus::going_on: break;
    case RelayStatus::client_lost: co_return false;
    case RelayStatus::client_timed_out:
    case RelayStatus::end_session: co_return co_await close({});
  }
  if (relay_.connected()) service_.parts.keywords.set(relay_.keywords().relayed());
  co_return true;
}

asio::awaitable<bool> Client::close(std::string_view reply) {
  if (!reply.empty()) relay_.reply(reply);
  // Twice where a back end that goes away had the last word.
  const auto status = co_await relay_.flush();
  if (status == RelayStatus::end_session) co_await relay_.flush();
  co_await relay_.quit();
  co_await stream_.finish();
  co_return false;
}

asio::awaitable<bool> Client::start_tls(std::string_view reply) {
  // D4.10: whoever stands between client and server could put it there, to have it taken for the client's own.
  if (!reader_.pending().empty()) {
    log::warning("starttls-injection", {{"peer", peer_.address}});
    co_return co_await close({});
  }
  relay_.reply(reply);
  const bool flushed = co_await flush();
  if (!flushed) co_return false;
  const bool ready = co_await shake_hands();
  if (!ready) co_return false;
  reader_ = LineReader();
  relay_.disconnect();
  relay_client_.reset();
  session_.tls_started();
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

asio::awaitable<bool> Client::authenticate(Step& step) {
  // AUTH ends a pipelined group.
  const bool flushed = co_await flush();
  if (!flushed) co_return false;
  const auto begun = Clock::now();
  const bool first = step.action == Action::authenticate;
  if (first) {
    PeerFacts peer{peer_.address, local_endpoint_of(stream_.socket()).sasl_form(), peer_.sasl_form(),
                   stream_.cipher_bits()};
    authenticator_ =
        std::make_unique<Authenticator>(service_.auth, service_.parts.judge, service_.parts.recorder, std::move(peer));
  }
  AuthResult result;
  const auto work = [&](JudgeStore& store) {
    const auto& identity = session_.identity();
    result =
        first ? authenticator_->start(store, identity ? &*identity : nullptr, step.auth.mechanism, step.auth.response)
              : authenticator_->step(store, *step.auth.response);
  };
  const bool ran = co_await service_.parts.pool.run(work);
  if (!ran) log::error("auth-queue-full", {{"peer", peer_.address}});
  if (result.status == AuthStatus::authenticated) {
    login_ = std::move(result.login);
    // Not the one that spoke for nobody.
    co_await relay_.quit();
    relay_client_.reset();
    if (service_.relay.handover == Handover::replay) plain_ = std::move(*step.auth.response);
  }
  if (result.status == AuthStatus::refused || result.status == AuthStatus::unavailable) co_await delay_failure(begun);
  if (result.status != AuthStatus::challenge) authenticator_.reset();
  auto next = session_.auth_result(result.status, result.challenge);
  co_return co_await carry_out(next, {});
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

RelayClient& Client::relay_client() {
  if (!relay_client_) {
    std::optional<Device> device;
    if (const auto& identity = session_.identity()) device = service_.parts.judge.device(*identity);
    relay_client_ = RelayClient{{peer_.address, peer_.port, session_.helo(), login_},
                                {std::move(device), Address::parse(peer_.address)},
                                std::move(plain_)};
  }
  return *relay_client_;
}

asio::awaitable<bool> Client::forward_data(std::string_view line) {
  co_await relay_.forward(line, relay_client());
  const bool flushed = co_await flush();
  if (!flushed) co_return false;
  if (!relay_.message_wanted()) co_return true;
  const auto status = co_await relay_.stream_message();
  switch (status) {
    case RelayStatus::going_on: session_.transaction_ended(); co_return true;
    case RelayStatus::client_lost: co_return false;
    case RelayStatus::client_timed_out: co_return co_await close(replies::timeout);
    case RelayStatus::end_session: break;
  }
  co_return co_await close({});
}

}  // namespace clientid
