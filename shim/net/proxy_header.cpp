#include "shim/net/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace clientid {
namespace {

namespace ip = boost::asio::ip;
using namespace std::string_view_literals;

using Status = ProxyHeader::Status;

constexpr auto v1_start = "PROXY "sv;
constexpr auto v1_nobody = "PROXY UNKNOWN\r\n"sv;  // and the shortest header of all
constexpr std::size_t v1_longest = 107;

constexpr auto v2_signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t v2_fixed = 16;
constexpr std::size_t v2_longest_rest = 536;  // what fits the smallest TCP segment, as the text advises
constexpr unsigned char v2_local = 0x20;
constexpr unsigned char v2_proxy = 0x21;
constexpr unsigned char v2_tcp4 = 0x11;
constexpr unsigned char v2_tcp6 = 0x21;
constexpr std::size_t tcp4_size = 12;
constexpr std::size_t tcp6_size = 36;

ProxyHeader malformed() {
  return {Status::malformed, 0, {}};
}

ProxyHeader incomplete(std::size_t more) {
  return {Status::incomplete, more, {}};
}

bool agree(std::string_view octets, std::string_view start) {
  return octets.substr(0, start.size()) == start.substr(0, octets.size());
}

// --- Addresses ---

std::string text_of(const ip::address_v6& address) {
  if (!address.is_v4_mapped()) return address.to_string();
  return ip::make_address_v4(ip::v4_mapped, address).to_string();
}

std::optional<ip::address> address_of(std::string_view text) {
  // Asio would take a zone behind it as well.
  if (text.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return std::nullopt;
  boost::system::error_code error;
  auto address = ip::make_address(std::string(text), error);
  return error ? std::nullopt : std::optional(address);
}

ip::address_v6 as_v6(const ip::address& address) {
  return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
}

// --- Version 1 ---

// The word before the next blank, which must be there unless it is the last one.
std::optional<std::string_view> take_word(std::string_view& rest, bool last) {
  const auto blank = rest.find(' ');
  if ((blank == std::string_view::npos) != last) return std::nullopt;
  const auto word = rest.substr(0, blank);
  rest.remove_prefix(last ? rest.size() : blank + 1);
  return word;
}

std::optional<std::uint16_t> v1_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || stop != end || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return port;
}

std::optional<std::string> v1_address(std::string_view text, bool v6) {
  const auto address = address_of(text);
  if (!address || address->is_v6() != v6) return std::nullopt;
  return v6 ? text_of(address->to_v6()) : address->to_string();
}

// What stands between "PROXY TCP4 " or "PROXY TCP6 " and CRLF.
std::optional<ProxyEndpoints> v1_endpoints(std::string_view rest, bool v6) {
  std::array<std::string_view, 4> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto word = take_word(rest, i + 1 == words.size());
    if (!word) return std::nullopt;
    words[i] = *word;
  }
  const auto source = v1_address(words[0], v6);
  const auto destination = v1_address(words[1], v6);
  const auto source_port = v1_port(words[2]);
  const auto destination_port = v1_port(words[3]);
  if (!source || !destination || !source_port || !destination_port) return std::nullopt;
  return ProxyEndpoints{{*source, *source_port}, {*destination, *destination_port}};
}

ProxyHeader parse_v1_line(std::string_view line, std::size_t octets) {
  if (line == "PROXY UNKNOWN" || line.starts_with("PROXY UNKNOWN ")) return {Status::complete, octets, {}};
  const bool v6 = line.starts_with("PROXY TCP6 ");
  if (!v6 && !line.starts_with("PROXY TCP4 ")) return malformed();
  auto endpoints = v1_endpoints(line.substr("PROXY TCPx "sv.size()), v6);
  if (!endpoints) return malformed();
  return {Status::complete, octets, std::move(endpoints)};
}

ProxyHeader parse_v1(std::string_view octets) {
  octets = octets.substr(0, v1_longest);
  const auto end = std::find_if(octets.begin(), octets.end(), [](char c) { return c < ' ' || c > '~'; });
  const auto length = static_cast<std::size_t>(end - octets.begin());
  const auto behind = octets.substr(length);
  if (!agree(behind, "\r\n")) return malformed();
  if (behind.size() >= 2) return parse_v1_line(octets.substr(0, length), length + 2);
  if (octets.size() == v1_longest) return malformed();
  const std::size_t least = behind.empty() ? 2 : 1;
  return incomplete(std::max(least, v1_nobody.size() - std::min(octets.size(), v1_nobody.size())));
}

std::string format_v1(const ip::address& source, const ip::address& destination, const ProxyEndpoints& endpoints) {
  const bool v4 = source.is_v4() && destination.is_v4();
  const auto text = [v4](const ip::address& address) { return v4 ? address.to_string() : as_v6(address).to_string(); };
  return std::string(v1_start) + (v4 ? "TCP4 " : "TCP6 ") + text(source) + " " + text(destination) + " " +
         std::to_string(endpoints.source.port) + " " + std::to_string(endpoints.destination.port) + "\r\n";
}

// --- Version 2 ---

std::uint16_t number_at(std::string_view octets, std::size_t place) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(octets[place]) << 8U |
                                    static_cast<unsigned char>(octets[place + 1]));
}

void append_number(std::string& octets, std::uint16_t number) {
  octets += static_cast<char>(number >> 8U);
  octets += static_cast<char>(number & 0xffU);
}

template <typename Address>
std::string v2_address(std::string_view octets) {
  typename Address::bytes_type bytes;
  std::copy_n(octets.begin(), bytes.size(), bytes.begin());
  const Address address(bytes);
  if constexpr (std::is_same_v<Address, ip::address_v6>) {
    return text_of(address);
  } else {
    return address.to_string();
  }
}

// Both addresses, then both ports.
template <typename Address>
ProxyEndpoints v2_endpoints(std::string_view rest) {
  constexpr std::size_t size = std::tuple_size_v<typename Address::bytes_type>;
  return {{v2_address<Address>(rest), number_at(rest, 2 * size)},
          {v2_address<Address>(rest.substr(size)), number_at(rest, 2 * size + 2)}};
}

// Of the six families and protocols that the text knows, what is not TCP is taken for none, as it allows.
bool v2_without_address(unsigned char family) {
  constexpr std::array<unsigned char, 5> without{0x00, 0x12, 0x22, 0x31, 0x32};
  return std::find(without.begin(), without.end(), family) != without.end();
}

ProxyHeader parse_v2(std::string_view octets) {
  if (octets.size() < v1_nobody.size()) return incomplete(v1_nobody.size() - octets.size());
  if (octets.size() < v2_fixed) return incomplete(v2_fixed - octets.size());
  const auto command = static_cast<unsigned char>(octets[v2_signature.size()]);
  const auto family = static_cast<unsigned char>(octets[v2_signature.size() + 1]);
  const std::size_t size = number_at(octets, v2_signature.size() + 2);
  if ((command != v2_local && command != v2_proxy) || size > v2_longest_rest) return malformed();
  if (octets.size() < v2_fixed + size) return incomplete(v2_fixed + size - octets.size());
  ProxyHeader header{Status::complete, v2_fixed + size, {}};
  if (command == v2_local || v2_without_address(family)) return header;
  const auto rest = octets.substr(v2_fixed, size);
  if (family == v2_tcp4 && size >= tcp4_size) {
    header.endpoints = v2_endpoints<ip::address_v4>(rest);
  } else if (family == v2_tcp6 && size >= tcp6_size) {
    header.endpoints = v2_endpoints<ip::address_v6>(rest);
  } else {
    return malformed();
  }
  return header;
}

std::string v2_start(unsigned char command, unsigned char family, std::size_t size) {
  std::string octets(v2_signature);
  octets += static_cast<char>(command);
  octets += static_cast<char>(family);
  append_number(octets, static_cast<std::uint16_t>(size));
  return octets;
}

std::string format_v2(const ip::address& source, const ip::address& destination, const ProxyEndpoints& endpoints) {
  const bool v4 = source.is_v4() && destination.is_v4();
  auto octets = v4 ? v2_start(v2_proxy, v2_tcp4, tcp4_size) : v2_start(v2_proxy, v2_tcp6, tcp6_size);
  const auto append = [&octets](const auto& bytes) { octets.append(bytes.begin(), bytes.end()); };
  for (const auto& address : {source, destination}) {
    v4 ? append(address.to_v4().to_bytes()) : append(as_v6(address).to_bytes());
  }
  append_number(octets, endpoints.source.port);
  append_number(octets, endpoints.destination.port);
  return octets;
}

}  // namespace

std::string format_proxy_header(ProxyVersion version, const ProxyEndpoints& endpoints) {
  const bool v1 = version == ProxyVersion::v1;
  const auto source = address_of(endpoints.source.address);
  const auto destination = address_of(endpoints.destination.address);
  if (!source || !destination) return v1 ? std::string(v1_nobody) : v2_start(v2_local, 0, 0);
  return v1 ? format_v1(*source, *destination, endpoints) : format_v2(*source, *destination, endpoints);
}

ProxyHeader parse_proxy_header(std::string_view octets) {
  if (octets.empty()) return incomplete(v1_nobody.size());
  if (octets.front() == v2_signature.front()) return agree(octets, v2_signature) ? parse_v2(octets) : malformed();
  return agree(octets, v1_start) ? parse_v1(octets) : malformed();
}

}  // namespace clientid
