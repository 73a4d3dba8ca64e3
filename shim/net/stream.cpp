#include "shim/net/stream.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

#include "shim/net/client_certificate.hpp"
#include "shim/net/kernel_tls.hpp"
#include "shim/net/tls_binding.hpp"

namespace clientid {
namespace {

constexpr auto finish_time = std::chrono::seconds(2);
constexpr std::size_t max_unread = std::size_t{256} * 1024;

// "certificate verify failed: self-signed certificate"
std::string fault_of(const SSL* ssl) {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  std::string fault = reason == nullptr ? "it closed the connection" : reason;
  const long verified = SSL_get_verify_result(ssl);
  if (verified != X509_V_OK) fault += std::string(": ") + X509_verify_cert_error_string(verified);
  return fault;
}

}  // namespace

Stream::Stream(Socket socket) : state_(std::make_shared<State>(std::move(socket))) {
  boost::system::error_code ignored;
  state_->socket.non_blocking(true, ignored);
}

Stream::~Stream() {
  if (!state_) return;  // moved from
  boost::system::error_code ignored;
  state_->timer.cancel(ignored);
  state_->socket.close(ignored);
}

void Stream::expires_at(Clock::time_point deadline) {
  state_->deadline = deadline;
  state_->expired = false;
  // A deadline behind the next look of the timer needs no call: it is found then.
  if (state_->watched && deadline >= state_->next_look) return;
  state_->watched = true;
  watch(state_);
}

void Stream::watch(const std::shared_ptr<State>& state) {
  state->next_look = state->deadline;
  state->timer.expires_at(state->next_look);
  state->timer.async_wait([state](boost::system::error_code error) {
    if (error || !state->socket.is_open()) return;
    if (Clock::now() < state->deadline) return watch(state);
    state->expired = true;
    state->watched = false;
    boost::system::error_code ignored;
    state->socket.cancel(ignored);
  });
}

asio::awaitable<Io> Stream::wait(Direction direction) {
  if (state_->expired) co_return Io::timed_out;
  boost::system::error_code error;
  const auto kind = direction == Direction::in ? Socket::wait_read : Socket::wait_write;
  co_await state_->socket.async_wait(kind, asio::redirect_error(asio::use_awaitable, error));
  if (state_->expired) co_return Io::timed_out;
  co_return error ? Io::closed : Io::done;
}

// The kernel encrypts what OpenSSL itself sends.
bool Stream::attach() {
  if (!ssl_) return false;
  const int socket = state_->socket.native_handle();
  if (kernel_has_tls()) return SSL_set_fd(ssl_.get(), socket) == 1;
  state_->gathering.socket = socket;
  BIO* bio = new_gathering_bio(state_->gathering);
  if (bio == nullptr) return false;
  SSL_set_bio(ssl_.get(), bio, bio);
  return true;
}

asio::awaitable<Io> Stream::after_tls_call(int result) {
  const int wanted = SSL_get_error(ssl_.get(), result);
  const bool gathers = !state_->gathering.held.empty();
  // An alert says why it ends.
  const auto flushed = co_await flush();
  if (wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) co_return Io::closed;
  if (flushed != Io::done) co_return flushed;
  if (wanted == SSL_ERROR_WANT_READ) co_return co_await wait(Direction::in);
  // Flushed, there is room again.
  if (gathers) co_return Io::done;
  co_return co_await wait(Direction::out);
}

asio::awaitable<Io> Stream::start_tls(SSL_CTX* context) {
  ssl_.reset(SSL_new(context));
  if (!attach()) co_return Io::closed;
  for (;;) {
    ERR_clear_error();
    const int result = SSL_accept(ssl_.get());
    if (result == 1) co_return Io::done;
    const auto io = co_await after_tls_call(result);
    if (io != Io::done) co_return io;
  }
}

asio::awaitable<std::string> Stream::connect_tls(SslSession ssl) {
  ssl_ = std::move(ssl);
  if (!attach()) co_return "out of memory";
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_.get());
    if (result == 1) {
      const auto io = co_await flush();
      co_return io == Io::done ? "" : "it closed the connection";
    }
    // Before the thread turns to another connection, which has errors of its own.
    auto fault = fault_of(ssl_.get());
    const auto io = co_await after_tls_call(result);
    if (io == Io::timed_out) co_return "no answer in time";
    if (io != Io::done) co_return fault;
  }
}

int Stream::cipher_bits() const {
  return ssl_ ? SSL_get_cipher_bits(ssl_.get(), nullptr) : 0;
}

std::optional<Identity> Stream::certificate_identity() const {
  return ssl_ ? clientid::certificate_identity(*ssl_) : std::nullopt;
}

std::vector<ChannelBinding> Stream::channel_bindings() const {
  return ssl_ ? clientid::channel_bindings(*ssl_) : std::vector<ChannelBinding>();
}

asio::awaitable<Io> Stream::read(LineReader& reader, std::size_t room) {
  if (ssl_) co_return co_await read_tls(reader, room);
  co_return co_await read_plain(reader, room);
}

asio::awaitable<Io> Stream::read_plain(LineReader& reader, std::size_t room) {
  std::size_t got = 0;
  // Room is made when there is something to read: an idle connection holds no buffer.
  const auto io = co_await wait(Direction::in);
  if (io != Io::done) co_return io;
  const auto read = co_await read_clear(reader.prepare(room), got);
  if (read == Io::done) reader.commit(got);
  co_return read;
}

asio::awaitable<Io> Stream::read_clear(std::span<char> room, std::size_t& got) {
  for (;;) {
    const auto result = ::recv(state_->socket.native_handle(), room.data(), room.size(), 0);
    if (result > 0) {
      got = static_cast<std::size_t>(result);
      co_return Io::done;
    }
    if (result == 0 || (errno != EAGAIN && errno != EINTR)) co_return Io::closed;
    const auto io = co_await wait(Direction::in);
    if (io != Io::done) co_return io;
  }
}

// As SSL_read(), which takes one record at a time, but all that have come and have room.
int Stream::read_records(std::span<char> room) {
  int filled = 0;
  for (;;) {
    const auto left = room.subspan(static_cast<std::size_t>(filled));
    const int got = SSL_read(ssl_.get(), left.data(), static_cast<int>(left.size()));
    // What went wrong behind some octets does so again at the next call.
    if (got <= 0) return filled > 0 ? filled : got;
    filled += got;
    if (static_cast<std::size_t>(filled) == room.size() || SSL_has_pending(ssl_.get()) == 0) return filled;
  }
}

// OpenSSL wipes this buffer each time it was emptied, for the sake of passwords: a large one is for messages alone, and
// not wiped. It has room for a record at the least.
void Stream::set_tls_room(std::size_t room) {
  tls_room_ = room;
  SSL_set_default_read_buffer_len(ssl_.get(), room);
  if (room > command_room) {
    SSL_clear_options(ssl_.get(), SSL_OP_CLEANSE_PLAINTEXT);
  } else {
    SSL_set_options(ssl_.get(), SSL_OP_CLEANSE_PLAINTEXT);
  }
}

asio::awaitable<Io> Stream::read_tls(LineReader& reader, std::size_t room) {
  if (room != tls_room_) set_tls_room(room);
  for (;;) {
    if (!state_->gathering.held.empty()) {
      const auto flushed = co_await flush();
      if (flushed != Io::done) co_return flushed;
    }
    // What OpenSSL has decrypted already makes no socket readable.
    if (SSL_has_pending(ssl_.get()) == 0) {
      const auto io = co_await wait(Direction::in);
      if (io != Io::done) co_return io;
    }
    ERR_clear_error();
    const int got = read_records(reader.prepare(room));
    if (got > 0) {
      reader.commit(static_cast<std::size_t>(got));
      co_return Io::done;
    }
    const auto io = co_await after_tls_call(got);
    if (io != Io::done) co_return io;
  }
}

asio::awaitable<Io> Stream::write(std::string_view octets, Follows follows) {
  if (!ssl_) co_return co_await write_plain(octets);
  const auto io = co_await write_tls(octets);
  if (io != Io::done) co_return io;
  if (follows == Follows::nothing) end_tls();
  co_return co_await flush();
}

asio::awaitable<Io> Stream::write_plain(std::string_view octets) {
  while (!octets.empty()) {
    if (state_->expired) co_return Io::timed_out;
    const auto put = ::send(state_->socket.native_handle(), octets.data(), octets.size(), MSG_NOSIGNAL);
    if (put > 0) {
      octets.remove_prefix(static_cast<std::size_t>(put));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) co_return Io::closed;
    const auto io = co_await wait(Direction::out);
    if (io != Io::done) co_return io;
  }
  co_return Io::done;
}

asio::awaitable<Io> Stream::write_tls(std::string_view octets) {
  while (!octets.empty()) {
    if (state_->expired) co_return Io::timed_out;
    ERR_clear_error();
    const int put =
        SSL_write(ssl_.get(), octets.data(), static_cast<int>(std::min<std::size_t>(octets.size(), 1 << 20)));
    if (put > 0) {
      octets.remove_prefix(static_cast<std::size_t>(put));
      continue;
    }
    const auto io = co_await after_tls_call(put);
    if (io != Io::done) co_return io;
  }
  co_return Io::done;
}

asio::awaitable<Io> Stream::flush() {
  auto& held = state_->gathering.held;
  if (held.empty()) co_return Io::done;
  // An idle connection keeps no memory for it.
  const auto sending = std::exchange(held, {});
  co_return co_await write_plain(sending);
}

void Stream::end_tls() {
  ERR_clear_error();
  if ((SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) == 0) SSL_shutdown(ssl_.get());
}

bool Stream::is_quiet() {
  char octet = 0;
  if (ssl_) {
    // A session ticket makes the socket readable, and is not meant for us.
    ERR_clear_error();
    const int got = SSL_peek(ssl_.get(), &octet, 1);
    return got <= 0 && SSL_get_error(ssl_.get(), got) == SSL_ERROR_WANT_READ;
  }
  const auto got = ::recv(state_->socket.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EINTR);
}

asio::awaitable<void> Stream::finish() {
  expires_after(finish_time);
  if (ssl_) {
    end_tls();
    const auto io = co_await flush();
    if (io != Io::done) co_return;
  }
  boost::system::error_code ignored;
  state_->socket.shutdown(Socket::shutdown_send, ignored);
  std::array<char, 4096> unread{};
  for (std::size_t total = 0; total < max_unread;) {
    const auto io = co_await wait(Direction::in);
    if (io != Io::done) break;
    const auto got = ::recv(state_->socket.native_handle(), unread.data(), unread.size(), MSG_DONTWAIT);
    if (got <= 0) break;
    total += static_cast<std::size_t>(got);
  }
}

}  // namespace clientid
