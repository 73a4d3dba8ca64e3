// A line `listen` of shim.conf: where clients connect, and what they speak there.
#pragma once

#include <utility>
//
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace clientid {

// "192.0.2.1:587" or "[2001:db8::1]:587".
std::optional<boost::asio::ip::tcp::endpoint> parse_endpoint(std::string_view text);
std::string to_text(const boost::asio::ip::tcp::endpoint& endpoint);

struct ListenAddress {
  boost::asio::ip::tcp::endpoint endpoint;
  bool implicit_tls = false;
  bool proxy_protocol = false;  // a header of the PROXY protocol comes first

  // "0.0.0.0:587 starttls", "[::]:465 tls" or "127.0.0.1:2587 starttls proxy-protocol".
  static std::optional<ListenAddress> parse(std::string_view text);
  std::string to_string() const;
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

}  // namespace clientid
