// Accepts clients on one address for one worker thread. Every worker has its own, on the same address (SO_REUSEPORT),
// so that the kernel spreads the clients.
#pragma once

#include <utility>
//
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "shim/net/client.hpp"

namespace clientid {

struct ListenAddress {
  asio::ip::tcp::endpoint endpoint;
  bool implicit_tls = false;

  // "0.0.0.0:587 starttls" or "[::]:465 tls".
  static std::optional<ListenAddress> parse(std::string_view text);
  std::string to_string() const;
};

// Counts the connections of all listeners.
class ConnectionCount {
 public:
  explicit ConnectionCount(unsigned most) : most_(most) {}

  bool enter();
  void leave() { --now_; }

 private:
  std::atomic<unsigned> now_{0};
  unsigned most_;
};

class Listener {
 public:
  enum class Place : std::uint8_t { first, beside_others };  // of ours on this address

  // Binds at once. Throws ConfigError that names the address.
  Listener(asio::io_context& context, const ListenAddress& address, Service& service, ConnectionCount& count,
           Place place);

  void start();
  void stop();

 private:
  asio::awaitable<void> accept();
  asio::awaitable<void> serve(asio::ip::tcp::socket socket);

  asio::io_context& context_;
  ListenAddress address_;
  Service& service_;
  ConnectionCount& count_;
  asio::ip::tcp::acceptor acceptor_;
};

}  // namespace clientid
