#include "plugin/policy/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "plugin/identity/hex.hpp"

namespace clientid {
namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned v4_bits = 32;
constexpr unsigned v6_bits = 128;

// The bits of octet `index` that a prefix of `bits` covers.
std::uint8_t mask(unsigned bits, unsigned index) {
  const unsigned covered = bits > 8 * index ? std::min(bits - 8 * index, 8U) : 0;
  return static_cast<std::uint8_t>(0xff00U >> covered);
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  Address address;
  if (::inet_pton(AF_INET, terminated.c_str(), address.octets_.data() + v4_prefix.size()) == 1) {
    std::copy(v4_prefix.begin(), v4_prefix.end(), address.octets_.begin());
    return address;
  }
  if (::inet_pton(AF_INET6, terminated.c_str(), address.octets_.data()) == 1) return address;
  return std::nullopt;
}

bool Address::is_v4() const {
  return std::equal(v4_prefix.begin(), v4_prefix.end(), octets_.begin());
}

std::string Address::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = is_v4() ? AF_INET : AF_INET6;
  ::inet_ntop(family, octets_.data() + (is_v4() ? v4_prefix.size() : 0), text.data(), text.size());
  return text.data();
}

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = Address::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  const unsigned width = base->is_v4() ? v4_bits : v6_bits;
  unsigned bits = width;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc{} || end != digits.data() + digits.size() || bits > width) return std::nullopt;
  }
  Network network;
  network.base_ = *base;
  network.prefix_ = bits + v6_bits - width;
  for (unsigned i = 0; i < base->octets_.size(); ++i) {
    if ((base->octets_[i] & ~mask(network.prefix_, i)) != 0) return std::nullopt;
  }
  return network;
}

Network Network::around(const Address& address, unsigned bits) {
  Network network;
  network.base_ = address;
  network.prefix_ = address.is_v4() ? bits + v6_bits - v4_bits : bits;
  for (unsigned i = 0; i < network.base_.octets_.size(); ++i) network.base_.octets_[i] &= mask(network.prefix_, i);
  return network;
}

bool Network::contains(const Address& address) const {
  // ::/0 would else hold every mapped IPv4 address.
  if (base_.is_v4() != address.is_v4()) return false;
  for (unsigned i = 0; i < address.octets_.size(); ++i) {
    if (((address.octets_[i] ^ base_.octets_[i]) & mask(prefix_, i)) != 0) return false;
  }
  return true;
}

std::string Network::first() const {
  return encode_hex(base_.octets_);
}

std::string Network::last() const {
  auto octets = base_.octets_;
  for (unsigned i = 0; i < octets.size(); ++i) octets[i] |= static_cast<std::uint8_t>(~mask(prefix_, i));
  return encode_hex(octets);
}

std::string Network::to_string() const {
  return base_.to_string() + "/" + std::to_string(base_.is_v4() ? prefix_ - (v6_bits - v4_bits) : prefix_);
}

}  // namespace clientid
