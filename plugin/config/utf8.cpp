#include "plugin/config/utf8.hpp"

#include <array>
#include <cstdint>

namespace clientid {
namespace {

struct Form {
  std::uint8_t mask;  // of the first octet, what tells the length
  std::uint8_t lead;
  std::size_t length;
  char32_t lowest;  // below it a shorter form would do
};

constexpr std::array forms{
    Form{0x80, 0x00, 1, 0},
    Form{0xe0, 0xc0, 2, 0x80},
    Form{0xf0, 0xe0, 3, 0x800},
    Form{0xf8, 0xf0, 4, 0x10000},
};

std::optional<char32_t> decode(const Form& form, std::string_view octets) {
  char32_t character = static_cast<std::uint8_t>(octets.front()) & static_cast<std::uint8_t>(~form.mask);
  for (const char octet : octets.substr(1)) {
    const auto value = static_cast<std::uint8_t>(octet);
    if ((value & 0xc0) != 0x80) return std::nullopt;
    character = character << 6 | (value & 0x3f);
  }
  const bool surrogate = character >= 0xd800 && character <= 0xdfff;
  if (character < form.lowest || surrogate || character > 0x10ffff) return std::nullopt;
  return character;
}

}  // namespace

std::optional<char32_t> take_character(std::string_view& text) {
  for (const auto& form : forms) {
    if ((static_cast<std::uint8_t>(text.front()) & form.mask) != form.lead || text.size() < form.length) continue;
    const auto character = decode(form, text.substr(0, form.length));
    if (!character) break;
    text.remove_prefix(form.length);
    return character;
  }
  text.remove_prefix(1);
  return std::nullopt;
}

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    if (!take_character(text)) return false;
  }
  return true;
}

}  // namespace clientid
