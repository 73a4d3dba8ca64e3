#include "shim/net/monitor_listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "plugin/config/config_error.hpp"
#include "shim/net/listen_address.hpp"
#include "shim/ops/log.hpp"

namespace clientid {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

constexpr auto patience = std::chrono::seconds(10);
constexpr auto pause_after_failure = std::chrono::seconds(1);
constexpr std::uint32_t max_header = 8192;

Response response_for(const Request& request, MonitorPage page) {
  Response response(static_cast<http::status>(page.status), request.version());
  response.set(http::field::content_type, page.type);
  if (response.result() == http::status::method_not_allowed) response.set(http::field::allow, "GET, HEAD");
  response.keep_alive(false);
  response.body() = std::move(page.body);
  response.prepare_payload();
  // The length stays that of the page.
  if (request.method() == http::verb::head) response.body().clear();
  return response;
}

}  // namespace

MonitorListener::MonitorListener(asio::io_context& context, const MonitorAddress& address, Answer answer)
    : context_(context), answer_(std::move(answer)), acceptor_(context) {
  boost::system::error_code error;
  const auto step = [&](auto act) {
    if (!error) act();
  };
  step([&] { acceptor_.open(address.endpoint.protocol(), error); });
  step([&] { acceptor_.set_option(tcp::acceptor::reuse_address(true), error); });
  step([&] { acceptor_.bind(address.endpoint, error); });
  step([&] { acceptor_.listen(asio::socket_base::max_listen_connections, error); });
  if (error) throw ConfigError("metrics: cannot listen on " + to_text(address.endpoint) + ": " + error.message());
}

void MonitorListener::start() {
  asio::co_spawn(context_, accept(), asio::detached);
}

asio::awaitable<void> MonitorListener::accept() {
  asio::steady_timer pause(context_);
  for (;;) {
    boost::system::error_code error;
    auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      log::error("metrics-accept", {{"cause", error.message()}});
      pause.expires_after(pause_after_failure);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    if (connections_ >= max_connections) continue;
    ++connections_;
    asio::co_spawn(context_, serve(std::move(socket)), [this](const std::exception_ptr& /*fault*/) { --connections_; });
  }
}

asio::awaitable<void> MonitorListener::serve(tcp::socket socket) {
  beast::tcp_stream stream(std::move(socket));
  stream.expires_after(patience);
  beast::flat_buffer buffer(max_header);
  http::request_parser<http::empty_body> parser;
  parser.header_limit(max_header);
  boost::system::error_code error;
  co_await http::async_read_header(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
  // What is no HTTP gets no answer in it.
  if (error) co_return;
  const Request& request = parser.get();
  MonitorPage page{.status = 405, .body = "only GET and HEAD\n"};
  if (request.method() == http::verb::get || request.method() == http::verb::head) {
    const auto target = request.target();
    std::string path(target.data(), target.size());
    page = co_await answer_(std::move(path));
  }
  stream.expires_after(patience);
  auto response = response_for(request, std::move(page));
  co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, error));
  stream.socket().shutdown(tcp::socket::shutdown_send, error);
}

}  // namespace clientid
