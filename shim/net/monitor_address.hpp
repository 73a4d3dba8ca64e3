// The value of `metrics` in shim.conf: where the monitor listens.
#pragma once

#include <utility>
//
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string_view>

namespace clientid {

struct MonitorAddress {
  boost::asio::ip::tcp::endpoint endpoint;

  // "127.0.0.1:9587" or "[::1]:9587". The page has neither login nor encryption, so an address that others can reach
  // needs a word that says it is meant: "192.0.2.1:9587 public".
  static std::optional<MonitorAddress> parse(std::string_view text);
  friend bool operator==(const MonitorAddress&, const MonitorAddress&) = default;
};

}  // namespace clientid
