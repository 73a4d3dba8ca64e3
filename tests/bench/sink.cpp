// The back end of the benchmarks: takes every login and every message, and does nothing with them, so that its own cost
// is small and the same for all that stand in front of it.
//
//     sink PORT
#include <utility>
//
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "tests/bench/number.hpp"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::string_view offer =
    "250-sink.test\r\n250-PIPELINING\r\n250-SIZE 0\r\n250-8BITMIME\r\n250-AUTH PLAIN\r\n"
    "250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT\r\n250 ENHANCEDSTATUSCODES\r\n";

struct Answer {
  std::string_view text;
  bool data = false;
  bool last = false;
};

Answer answer_to(std::string_view line) {
  const auto is = [&](std::string_view verb) { return line.starts_with(verb); };
  if (is("EHLO")) return {offer};
  if (is("XCLIENT")) return {"220 sink.test ESMTP\r\n"};
  if (is("AUTH")) return {"235 2.7.0 Authentication successful\r\n"};
  if (is("DATA")) return {.text = "354 End data with <CR><LF>.<CR><LF>\r\n", .data = true};
  if (is("QUIT")) return {.text = "221 2.0.0 Bye\r\n", .last = true};
  return {"250 2.0.0 Ok\r\n"};
}

// One connection: what was read, and how much of it is done with.
class Connection {
 public:
  explicit Connection(tcp::socket socket) : socket_(std::move(socket)) {}

  asio::awaitable<void> serve() {
    std::string out = "220 sink.test ESMTP\r\n";
    for (bool open = true; open;) {
      boost::system::error_code error;
      if (!out.empty())
        co_await asio::async_write(socket_, asio::buffer(out), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      const auto read =
          co_await socket_.async_read_some(asio::buffer(block_), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      in_.append(block_, read);
      out.clear();
      open = take_all(out);
      if (!open)
        co_await asio::async_write(socket_, asio::buffer(out), asio::redirect_error(asio::use_awaitable, error));
    }
  }

 private:
  bool take_all(std::string& out) {
    for (;;) {
      const std::string_view end = in_data_ ? "\r\n.\r\n" : "\r\n";
      const auto found = in_.find(end);
      if (found == std::string::npos) {
        // Of a message only the end matters.
        if (in_data_ && in_.size() > end.size()) in_.erase(0, in_.size() - end.size());
        return true;
      }
      const auto answer = in_data_ ? Answer{"250 2.0.0 Ok\r\n"} : answer_to(std::string_view(in_).substr(0, found));
      in_.erase(0, found + end.size());
      in_data_ = answer.data;
      // The line end of DATA counts as the one before the dot.
      if (in_data_) in_.insert(0, "\r\n");
      out += answer.text;
      if (answer.last) return false;
    }
  }

  tcp::socket socket_;
  std::string in_;
  bool in_data_ = false;
  char block_[65536] = {};
};

asio::awaitable<void> serve(tcp::socket socket) {
  Connection connection(std::move(socket));
  co_await connection.serve();
}

asio::awaitable<void> listen(tcp::acceptor& acceptor) {
  for (;;) {
    boost::system::error_code error;
    auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) continue;
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket)), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: sink PORT\n", stderr);
    return 2;
  }
  try {
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), clientid::to_number<unsigned short>(argv[1])});
    asio::co_spawn(context, listen(acceptor), asio::detached);
    context.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sink: %s\n", error.what());
    return 1;
  }
}
