#include "shim/net/backend.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "shim/net/endpoint.hpp"

namespace clientid {
namespace {

using boost::system::error_code;

// A socket that connects, and a deadline for that. Shared with the timer, which may fire when nobody waits any more.
struct Attempt {
  explicit Attempt(const asio::any_io_executor& executor) : socket(executor), deadline(executor) {}

  Socket socket;
  asio::steady_timer deadline;
};

asio::awaitable<error_code> connect_to(Socket& socket, const BackendAddress& address) {
  error_code error;
  if (!address.path.empty()) {
    co_await socket.async_connect(asio::local::stream_protocol::endpoint(address.path),
                                  asio::redirect_error(asio::use_awaitable, error));
    co_return error;
  }
  asio::ip::tcp::resolver resolver(socket.get_executor());
  const auto found =
      co_await resolver.async_resolve(address.host, address.port, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return error;
  for (const auto& candidate : found) {
    error_code ignored;
    socket.close(ignored);
    co_await socket.async_connect(candidate.endpoint(), asio::redirect_error(asio::use_awaitable, error));
    // The deadline closes the socket; to go on with the next address would be to ignore it.
    if (!error || error == asio::error::operation_aborted) break;
  }
  if (!error) socket.set_option(asio::ip::tcp::no_delay(true), error);
  co_return error;
}

}  // namespace

std::optional<BackendAddress> BackendAddress::parse(std::string_view text) {
  constexpr std::string_view unix_scheme = "unix:";
  constexpr std::string_view smtp_scheme = "smtp://";
  if (text.starts_with(unix_scheme) && text.size() > unix_scheme.size()) {
    return BackendAddress{{}, {}, std::string(text.substr(unix_scheme.size()))};
  }
  if (!text.starts_with(smtp_scheme)) return std::nullopt;
  auto host = text.substr(smtp_scheme.size());
  const auto colon = host.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto port = host.substr(colon + 1);
  host = host.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || port.empty() || port.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  return BackendAddress{std::string(host), std::string(port), {}};
}

std::string BackendAddress::to_string() const {
  if (!path.empty()) return "unix:" + path;
  return "smtp://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

asio::awaitable<std::unique_ptr<Backend>> Backend::open(const BackendAddress& address, Clock::duration patience,
                                                        std::string& cause) {
  const auto executor = co_await asio::this_coro::executor;
  const auto attempt = std::make_shared<Attempt>(executor);
  attempt->deadline.expires_after(patience);
  attempt->deadline.async_wait([attempt](error_code error) {
    error_code ignored;
    if (!error) attempt->socket.close(ignored);
  });
  const auto error = co_await connect_to(attempt->socket, address);
  attempt->deadline.cancel();
  if (error) {
    cause = error == asio::error::operation_aborted ? "no answer in time" : error.message();
    co_return nullptr;
  }
  std::unique_ptr<Backend> backend(new Backend(std::move(attempt->socket), patience));
  const auto greeting = co_await backend->receive();
  if (greeting && greeting->code == 220) co_return backend;
  cause = greeting ? "its greeting is " + greeting->lines.front() : "it closed the connection without a greeting";
  co_return nullptr;
}

asio::awaitable<std::optional<BackendReply>> Backend::ask(std::string_view command) {
  std::string line(command);
  line += "\r\n";
  const bool sent = co_await send(line);
  if (!sent) co_return std::nullopt;
  co_return co_await receive();
}

asio::awaitable<bool> Backend::ehlo(std::string_view name) {
  const auto reply = co_await ask("EHLO " + std::string(name));
  if (!reply || !reply->positive()) co_return false;
  keywords_ = Keywords(*reply);
  co_return true;
}

asio::awaitable<bool> Backend::send(std::string_view octets) {
  stream_.expires_after(patience_);
  const auto io = co_await stream_.write(octets);
  co_return io == Io::done;
}

asio::awaitable<std::optional<BackendReply>> Backend::receive() {
  BackendReplyParser parser;
  stream_.expires_after(patience_);
  for (;;) {
    std::string_view line;
    switch (reader_.next(line, max_command_line)) {
      case LineStatus::incomplete: {
        const auto io = co_await stream_.read(reader_);
        if (io != Io::done) co_return std::nullopt;
        break;
      }
      case LineStatus::complete: {
        const auto status = parser.on_line(line);
        if (status == BackendReplyParser::Status::malformed) co_return std::nullopt;
        if (status == BackendReplyParser::Status::complete) {
          auto reply = parser.take();
          reader_.release_if_empty();
          co_return reply;
        }
        break;
      }
      case LineStatus::too_long:
      case LineStatus::bad_octet: co_return std::nullopt;
    }
  }
}

// What is remote to us is local to it.
std::string Backend::local_endpoint() {
  return remote_endpoint_of(stream_.socket()).sasl_form();
}
std::string Backend::remote_endpoint() {
  return local_endpoint_of(stream_.socket()).sasl_form();
}

}  // namespace clientid
