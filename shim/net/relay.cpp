#include "shim/net/relay.hpp"

#include "shim/ops/log.hpp"
#include "shim/smtp/dot_scanner.hpp"
#include "shim/smtp/replies.hpp"

namespace clientid {
namespace {

constexpr int service_closing = 421;

RelayStatus status_of(Io io) {
  switch (io) {
    case Io::done: return RelayStatus::going_on;
    case Io::timed_out: return RelayStatus::client_timed_out;
    case Io::closed: break;
  }
  return RelayStatus::client_lost;
}

}  // namespace

asio::awaitable<std::string> Relay::open(const BackendAddress& address, RelayClient& client) {
  std::string cause;
  auto backend = co_await Backend::open(address, rules_.backend_timeout, cause);
  if (!backend) co_return cause;
  // Before the handover, for the module in the back end may ask during it.
  auto entry = registry_.add({backend->local_endpoint(), backend->remote_endpoint()}, client.session);
  cause = co_await hand_over(*backend, rules_.handover, client.facts, client.plain, rules_.hostname);
  if (!cause.empty()) co_return cause;
  backend_ = std::move(backend);
  entry_ = std::move(entry);
  keywords_ = backend_->keywords();
  co_return "";
}

asio::awaitable<bool> Relay::connect(RelayClient& client) {
  for (const auto& address : rules_.backends) {
    const auto cause = co_await open(address, client);
    if (cause.empty()) co_return true;
    log::error("backend-failure", {{"peer", client.facts.address}, {"backend", address.to_string()}, {"cause", cause}});
  }
  co_return false;
}

asio::awaitable<void> Relay::forward(std::string_view line, RelayClient& client) {
  if (!backend_) {
    const bool connected = co_await connect(client);
    if (!connected) {
      last_code_ = 0;
      queue_.add(replies::backend_down);
      co_return;
    }
  }
  outgoing_.append(line).append("\r\n");
  queue_.expect();
}

void Relay::reset() {
  if (!backend_) return;
  outgoing_ += "RSET\r\n";
  queue_.expect_silently();
}

asio::awaitable<RelayStatus> Relay::send_due() {
  const auto due = queue_.take_due();
  if (due.empty()) co_return RelayStatus::going_on;
  client_.expires_after(rules_.data_timeout);
  const auto io = co_await client_.write(due);
  co_return status_of(io);
}

void Relay::lose_backend(std::string_view cause) {
  log::warning("backend-lost", {{"cause", std::string(cause)}});
  queue_.fail(replies::backend_lost);
  last_code_ = 0;
  outgoing_.clear();
  disconnect();
}

asio::awaitable<RelayStatus> Relay::flush() {
  if (!outgoing_.empty()) {
    const auto group = std::move(outgoing_);
    outgoing_.clear();
    const bool sent = co_await backend_->send(group);
    if (!sent) lose_backend("cannot send");
  }
  while (queue_.awaits_backend()) {
    if (!backend_->has_reply_line()) {
      const auto status = co_await send_due();
      if (status != RelayStatus::going_on) co_return status;
    }
    const auto reply = co_await backend_->receive();
    if (!reply) {
      lose_backend("no reply");
      break;
    }
    last_code_ = reply->code;
    queue_.on_backend_reply(reply->text());
    if (reply->code == service_closing) {
      // It goes away, and says so in its own words; the rest of the group is lost.
      queue_.fail(replies::backend_lost);
      co_return RelayStatus::end_session;
    }
  }
  co_return co_await send_due();
}

asio::awaitable<RelayStatus> Relay::stream_message() {
  DotScanner scanner;
  for (;;) {
    const auto block = reader_.pending();
    const auto [status, length] = scanner.scan(block);
    if (status == DotScanner::Status::bare_cr_or_lf) {
      // The back end never sees the end of this message, and so never takes it.
      disconnect();
      queue_.add(replies::message_bare_cr_or_lf);
      co_return RelayStatus::end_session;
    }
    if (backend_ && length > 0) {
      const bool sent = co_await backend_->send(block.substr(0, length));
      // The client is told in the right place: behind the end of its message.
      if (!sent) lose_backend("cannot send the message");
    }
    reader_.take(length);
    if (status == DotScanner::Status::end) break;
    client_.expires_after(rules_.data_timeout);
    const auto io = co_await client_.read(reader_);
    if (io != Io::done) {
      disconnect();
      co_return status_of(io);
    }
  }
  if (backend_) {
    queue_.expect();
  } else {
    queue_.add(replies::backend_lost);
  }
  last_code_ = 0;
  co_return co_await flush();
}

void Relay::disconnect() {
  entry_.reset();
  backend_.reset();
}

asio::awaitable<void> Relay::quit() {
  if (backend_) co_await backend_->send("QUIT\r\n");
  disconnect();
}

}  // namespace clientid
