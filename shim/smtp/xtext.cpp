#include "shim/smtp/xtext.hpp"

namespace clientid {

std::string encode_xtext(std::string_view octets) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  text.reserve(octets.size());
  for (const char c : octets) {
    if (c >= '!' && c <= '~' && c != '+' && c != '=') {
      text.push_back(c);
    } else {
      const auto octet = static_cast<unsigned char>(c);
      text.push_back('+');
      text.push_back(digits[octet >> 4]);
      text.push_back(digits[octet & 0x0f]);
    }
  }
  return text;
}

}  // namespace clientid
