#include "shim/net/monitor_probe.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

#include "shim/net/listen_address.hpp"

namespace clientid {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr auto patience = std::chrono::seconds(10);  // it may have to wait for the store

boost::system::error_code try_to_bind(const asio::ip::tcp::endpoint& endpoint) {
  asio::io_context context;
  asio::ip::tcp::acceptor acceptor(context);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  return error;
}

asio::ip::tcp::endpoint reachable(asio::ip::tcp::endpoint endpoint) {
  if (!endpoint.address().is_unspecified()) return endpoint;
  if (endpoint.address().is_v4()) {
    endpoint.address(asio::ip::address_v4::loopback());
  } else {
    endpoint.address(asio::ip::address_v6::loopback());
  }
  return endpoint;
}

// Empty where it is no service of ours, or does not answer in time. Only what is asynchronous has a time limit.
http::response<http::string_body> ask(const asio::ip::tcp::endpoint& endpoint, boost::system::error_code& error) {
  asio::io_context context;
  beast::tcp_stream stream(context);
  http::request<http::empty_body> request(http::verb::get, "/readyz", 11);
  request.set(http::field::host, to_text(endpoint));
  http::response<http::string_body> response;
  beast::flat_buffer buffer;
  const auto keep = [&](boost::system::error_code code, std::size_t /*octets*/) { error = code; };
  stream.expires_after(patience);
  stream.async_connect(endpoint, [&](boost::system::error_code code) {
    error = code;
    if (code) return;
    http::async_write(stream, request, [&](boost::system::error_code written, std::size_t /*octets*/) {
      error = written;
      if (!written) http::async_read(stream, buffer, response, keep);
    });
  });
  context.run();
  return response;
}

// "the store cannot be read\nno back end answers\n"
std::string one_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at)) text.replace(at, 1, ", ");
  return text;
}

}  // namespace

Finding look_at_monitor(const MonitorAddress& address) {
  const auto what = "metrics " + to_text(address.endpoint);
  const auto error = try_to_bind(address.endpoint);
  if (!error) return {what};
  if (error != asio::error::address_in_use) {
    return {what, Found::wrong, error.message(), "write into shim.conf: metrics = 127.0.0.1:9587"};
  }
  boost::system::error_code trouble;
  const auto page = ask(reachable(address.endpoint), trouble);
  if (trouble) {
    return {what, Found::wrong, "who listens there does not answer: " + trouble.message(),
            "write into shim.conf: metrics = 127.0.0.1:9588"};
  }
  if (page.result() == http::status::ok && page.body() == "ready\n") return {what};
  if (page.result() == http::status::service_unavailable) {
    return {what, Found::wrong, "the service says: " + one_line(page.body()), ""};
  }
  return {what, Found::wrong, "another program listens there", "write into shim.conf: metrics = 127.0.0.1:9588"};
}

}  // namespace clientid
