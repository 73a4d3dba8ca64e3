#include "plugin/store/octet_text.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

#include "plugin/config/utf8.hpp"

namespace clientid {
namespace {

constexpr char32_t first_of_octets = 0x10ff00;

bool stands_for_octet(char32_t character) {
  return character >= first_of_octets;
}

// U+10FF41 is F4 8F BD 81.
void add_octet(std::string& text, std::uint8_t octet) {
  text += "\xf4\x8f";
  text += static_cast<char>(0xbc | octet >> 6U);
  text += static_cast<char>(0x80 | (octet & 0x3fU));
}

bool is_plain(std::string_view text) {
  while (!text.empty()) {
    const auto character = take_character(text);
    if (!character || *character == 0 || stands_for_octet(*character)) return false;
  }
  return true;
}

}  // namespace

std::string text_of_octets(std::string octets) {
  if (is_plain(octets)) return octets;
  std::string text;
  for (std::string_view rest = octets; !rest.empty();) {
    const auto before = rest;
    const auto character = take_character(rest);
    const auto taken = before.substr(0, before.size() - rest.size());
    if (character && *character != 0 && !stands_for_octet(*character)) {
      text += taken;
    } else {
      for (const char octet : taken) add_octet(text, static_cast<std::uint8_t>(octet));
    }
  }
  return text;
}

std::string octets_of_text(std::string text) {
  if (text.find('\xf4') == std::string::npos) return text;
  std::string octets;
  for (std::string_view rest = text; !rest.empty();) {
    const auto before = rest;
    const auto character = take_character(rest);
    if (character && stands_for_octet(*character)) {
      octets += static_cast<char>(*character - first_of_octets);
    } else {
      octets += before.substr(0, before.size() - rest.size());
    }
  }
  return octets;
}

}  // namespace clientid
