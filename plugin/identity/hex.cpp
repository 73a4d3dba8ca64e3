#include "plugin/identity/hex.hpp"

namespace clientid {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

}  // namespace

std::string encode_hex(std::span<const std::uint8_t> octets) {
  std::string hex;
  hex.reserve(2 * octets.size());
  for (const auto octet : octets) {
    hex.push_back(digits[octet >> 4]);
    hex.push_back(digits[octet & 0x0f]);
  }
  return hex;
}

bool decode_hex(std::string_view hex, std::span<std::uint8_t> octets) {
  if (hex.size() != 2 * octets.size()) return false;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const auto high = digits.find(hex[2 * i]);
    const auto low = digits.find(hex[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return false;
    octets[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

}  // namespace clientid
