// A stream socket, TCP or Unix, that may begin to speak TLS. OpenSSL reads the socket itself, so an idle connection
// costs what OpenSSL keeps and no buffer of ours.
//
// GCC 12 miscompiles `co_await` in the condition of a switch or an if and in the operands of ?:, and destroys
// temporaries beside it twice: throughout, arguments and results get a name first.
//
// Every wait ends at the deadline set last; until a new one is set, all that follows ends at once. Used by one
// coroutine.
#pragma once

#include <openssl/ssl.h>

#include <utility>
//
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/identity/identity.hpp"
#include "shim/auth/channel_binding.hpp"
#include "shim/net/gathering_bio.hpp"
#include "shim/net/ssl_session.hpp"
#include "shim/smtp/line_reader.hpp"

namespace clientid {

namespace asio = boost::asio;

using Socket = asio::generic::stream_protocol::socket;
using Clock = std::chrono::steady_clock;

enum class Io : std::uint8_t { done, closed, timed_out };
enum class Follows : std::uint8_t { more, nothing };

class Stream {
 public:
  explicit Stream(Socket socket);
  Stream(Stream&&) = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  Stream& operator=(Stream&&) = delete;
  ~Stream();

  void expires_at(Clock::time_point deadline);
  void expires_after(Clock::duration duration) { expires_at(Clock::now() + duration); }

  asio::awaitable<Io> start_tls(SSL_CTX* context);
  // As the client. Empty on success, else the cause in the words of OpenSSL.
  asio::awaitable<std::string> connect_tls(SslSession ssl);
  bool encrypted() const { return ssl_ != nullptr; }
  int cipher_bits() const;
  bool resumed() const { return ssl_ && SSL_session_reused(ssl_.get()) == 1; }
  // Of the certificate that the client has shown, if it counts (X3).
  std::optional<Identity> certificate_identity() const;
  std::vector<ChannelBinding> channel_bindings() const;

  // Waits until there is something, then reads what is there into the reader, about `room` octets at the most.
  asio::awaitable<Io> read(LineReader& reader, std::size_t room = command_room);
  // Before TLS: waits until there is something, then reads once, and no more than `room`.
  asio::awaitable<Io> read_clear(std::span<char> room, std::size_t& got);
  // All of it. Where nothing follows, TLS ends with it.
  asio::awaitable<Io> write(std::string_view octets, Follows follows = Follows::more);

  // The peer has said nothing that was not read, and has not left. Costs a system call.
  bool is_quiet();

  // Ends the sending side and waits a moment for the peer to do the same: a close with unread input would
  // take the last reply back.
  asio::awaitable<void> finish();

  Socket& socket() { return state_->socket; }

 private:
  // Outlives the connection while a wait of the timer is under way.
  struct State {
    explicit State(Socket opened) : socket(std::move(opened)), timer(socket.get_executor()) {}

    Socket socket;
    Gathering gathering;  // of what TLS has written
    asio::steady_timer timer;
    Clock::time_point deadline = Clock::time_point::max();
    Clock::time_point next_look;  // of the timer, while it is `watched`
    bool watched = false;
    bool expired = false;
  };
  static void watch(const std::shared_ptr<State>& state);

  enum class Direction : std::uint8_t { in, out };
  asio::awaitable<Io> wait(Direction direction);
  bool attach();
  // What an SSL_* call that returned `result` asks for.
  asio::awaitable<Io> after_tls_call(int result);
  asio::awaitable<Io> read_plain(LineReader& reader, std::size_t room);
  asio::awaitable<Io> read_tls(LineReader& reader, std::size_t room);
  void set_tls_room(std::size_t room);
  int read_records(std::span<char> room);
  asio::awaitable<Io> write_plain(std::string_view octets);
  asio::awaitable<Io> write_tls(std::string_view octets);
  asio::awaitable<Io> flush();
  void end_tls();

  std::shared_ptr<State> state_;
  SslSession ssl_;
  std::size_t tls_room_ = 0;  // that OpenSSL was told of
};

}  // namespace clientid
