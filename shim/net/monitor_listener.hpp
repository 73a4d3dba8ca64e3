// HTTP for machines that watch this one: GET and HEAD, one request a connection, answered by a function. Beast keeps it
// to HTTP; who is slow, says too much, or comes when `max_connections` are there, is cut off.
#pragma once

#include <utility>
//
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <string>

#include "shim/net/monitor_address.hpp"

namespace clientid {

namespace asio = boost::asio;

struct MonitorPage {
  unsigned status = 404;  // of HTTP
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};

class MonitorListener {
 public:
  // The path as it was asked for, with its query. It must not throw, and is called on the thread of `context`.
  using Answer = std::function<asio::awaitable<MonitorPage>(std::string path)>;

  static constexpr unsigned max_connections = 16;

  // Throws ConfigError that names the address.
  MonitorListener(asio::io_context& context, const MonitorAddress& address, Answer answer);

  void start();

 private:
  asio::awaitable<void> accept();
  asio::awaitable<void> serve(asio::ip::tcp::socket socket);

  asio::io_context& context_;
  Answer answer_;
  asio::ip::tcp::acceptor acceptor_;
  unsigned connections_ = 0;
};

}  // namespace clientid
