// Accepts clients on one address for one worker thread. Every worker has its own, on the same address (SO_REUSEPORT),
// so that the kernel spreads the clients.
#pragma once

#include <utility>
//
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <set>
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
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

// Counts the connections of all listeners.
class ConnectionCount {
 public:
  explicit ConnectionCount(unsigned most) : most_(most) {}

  bool enter();
  void leave() { --now_; }
  unsigned now() const { return now_; }

 private:
  std::atomic<unsigned> now_{0};
  unsigned most_;
};

class Listener {
 public:
  enum class Place : std::uint8_t { first, beside_others };  // of ours on this address

  // Binds at once. Throws ConfigError that names the address.
  Listener(asio::io_context& context, const ListenAddress& address, const CurrentService& service,
           ConnectionCount& count, Place place);

  void start();
  // No more clients come, and those that are here go as soon as nothing is under way. To be called on our thread.
  void wind_down();

 private:
  asio::awaitable<void> accept();
  asio::awaitable<void> serve(asio::ip::tcp::socket socket);

  asio::io_context& context_;
  ListenAddress address_;
  const CurrentService& service_;
  ConnectionCount& count_;
  asio::ip::tcp::acceptor acceptor_;
  // Shared with the sessions: those that are cut off end with the io_context, which outlives us.
  std::shared_ptr<std::set<Client*>> clients_ = std::make_shared<std::set<Client*>>();
};

}  // namespace clientid
