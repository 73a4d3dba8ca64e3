// IP addresses and networks, IPv4 and IPv6. An IPv4 address mapped into IPv6 is the IPv4 address.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clientid {

class Address {
 public:
  // "192.0.2.7" or "2001:db8::7".
  static std::optional<Address> parse(std::string_view text);

  bool is_v4() const;
  std::string to_string() const;

  // In the order of the network; IPv4 in the last four.
  const std::array<std::uint8_t, 16>& octets() const { return octets_; }

  friend bool operator==(const Address&, const Address&) = default;

 private:
  friend class Network;
  std::array<std::uint8_t, 16> octets_{};  // IPv4 as ::ffff:a.b.c.d
};

class Network {
 public:
  // "192.0.2.0/24", "2001:db8::/32", or an address for itself alone. Bits behind the prefix must be zero: a typing
  // error would else widen the network unseen.
  static std::optional<Network> parse(std::string_view text);

  // The network of so many bits, 0 to 32 for IPv4 and to 128 for IPv6, that an address is in.
  static Network around(const Address& address, unsigned bits);

  bool contains(const Address& address) const;

  // The first and the last address in it, as 32 hexadecimal digits: as text they are in the order of the addresses.
  std::string first() const;
  std::string last() const;
  std::string to_string() const;

 private:
  friend bool operator==(const Network&, const Network&) = default;

  Address base_;
  unsigned prefix_ = 0;  // of 128 bits
};

}  // namespace clientid
