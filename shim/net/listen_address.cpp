#include "shim/net/listen_address.hpp"

#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace clientid {

namespace ip = boost::asio::ip;

std::optional<ip::tcp::endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto digits = text.substr(colon + 1);
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (bad != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  boost::system::error_code error;
  const auto address = ip::make_address(std::string(host), error);
  if (error) return std::nullopt;
  return ip::tcp::endpoint(address, port);
}

std::string to_text(const ip::tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  const auto host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return host + ":" + std::to_string(endpoint.port());
}

std::optional<ListenAddress> ListenAddress::parse(std::string_view text) {
  constexpr std::string_view proxy = " proxy-protocol";
  ListenAddress address;
  address.proxy_protocol = text.ends_with(proxy);
  if (address.proxy_protocol) text.remove_suffix(proxy.size());
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto kind = text.substr(space + 1);
  if (kind != "starttls" && kind != "tls") return std::nullopt;
  address.implicit_tls = kind == "tls";
  const auto endpoint = parse_endpoint(text.substr(0, space));
  if (!endpoint) return std::nullopt;
  address.endpoint = *endpoint;
  return address;
}

std::string ListenAddress::to_string() const {
  return to_text(endpoint) + (implicit_tls ? " tls" : " starttls") + (proxy_protocol ? " proxy-protocol" : "");
}

}  // namespace clientid
