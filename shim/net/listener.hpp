// Accepts clients on one address for one worker thread. Every worker has its own, on the same address (SO_REUSEPORT),
// so that the kernel spreads the clients; or on a shared socket, if that was passed to us (listening_socket.hpp).
#pragma once

#include <utility>
//
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <set>
#include <string>

#include "shim/net/client.hpp"
#include "shim/net/connection_limits.hpp"
#include "shim/net/listen_address.hpp"
#include "shim/ops/throttle.hpp"

namespace clientid {

// What strangers could fill the log with.
struct ListenerThrottles {
  log::Throttle too_many;                         // max-connections
  log::Throttle too_many_of_address;              // max-connections-per-address
  log::Throttle proxies;                          // trusted-proxies
  log::Throttle accept{std::chrono::minutes(1)};  // without descriptors it may go on for hours
};

// What the listeners of all threads have in common.
struct ListenerParts {
  const CurrentService& service;
  ConnectionLimits& limits;
  ListenerThrottles& throttles;
};

class Listener {
 public:
  // `acceptor` listens on the address, and is on the context.
  Listener(asio::io_context& context, const ListenAddress& address, const ListenerParts& parts,
           asio::ip::tcp::acceptor acceptor);

  void start();
  // No more clients come, and those that are here go as soon as nothing is under way. To be called on our thread.
  void wind_down();

 private:
  asio::awaitable<void> accept();
  asio::awaitable<void> serve(asio::ip::tcp::socket socket, IpEndpoint peer);
  asio::awaitable<void> serve_admitted(Stream stream, ClientEnds ends);
  void refuse(Stream& stream, const std::string& peer, log::Throttle& throttle, const char* limit);

  asio::io_context& context_;
  ListenAddress address_;
  ListenerParts parts_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer retry_;  // of accept; brought forward where one of our clients has left
  // Shared with the sessions: those that are cut off end with the io_context, which outlives us.
  std::shared_ptr<std::set<Client*>> clients_ = std::make_shared<std::set<Client*>>();
};

}  // namespace clientid
