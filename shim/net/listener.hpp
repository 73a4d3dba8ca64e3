// Accepts clients on one address for one worker thread. Every worker has its own, on the same address (SO_REUSEPORT),
// so that the kernel spreads the clients; or on a shared socket, if that was passed to us (listening_socket.hpp).
#pragma once

#include <utility>
//
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <set>
#include <string>

#include "shim/net/client.hpp"
#include "shim/net/connection_limits.hpp"
#include "shim/net/listen_address.hpp"
#include "shim/ops/throttle.hpp"

namespace clientid {

// What the listeners of all threads have in common.
struct ListenerParts {
  const CurrentService& service;
  ConnectionLimits& limits;
  log::Throttle& refusals;
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
  asio::awaitable<void> serve(asio::ip::tcp::socket socket);
  asio::awaitable<void> serve_admitted(Stream stream, ClientEnds ends);
  asio::awaitable<void> pause(Clock::duration duration);
  void refuse(Stream& stream, const std::string& peer);

  asio::io_context& context_;
  ListenAddress address_;
  ListenerParts parts_;
  asio::ip::tcp::acceptor acceptor_;
  // Shared with the sessions: those that are cut off end with the io_context, which outlives us.
  std::shared_ptr<std::set<Client*>> clients_ = std::make_shared<std::set<Client*>>();
};

}  // namespace clientid
