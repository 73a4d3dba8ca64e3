#include "plugin/ctl/terminal_text.hpp"

#include <wchar.h>

#include <array>
#include <cstdint>
#include <cstdio>

#include "plugin/config/utf8.hpp"

namespace clientid::ctl {
namespace {

std::string escaped(const char* format, unsigned value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

// Marks that change the order in which the rest of the line is shown, and separators that a terminal may take for
// the end of the line.
bool reorders(char32_t c) {
  return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

std::string shown(char32_t c, std::string_view octets) {
  switch (c) {
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    case '\\': return "\\\\";
    default: break;
  }
  if (c < 0x80) return c < ' ' || c == 0x7f ? escaped("\\x%02x", c) : std::string(octets);
  if (reorders(c) || ::wcwidth(static_cast<wchar_t>(c)) < 0) return escaped(c > 0xffff ? "\\U%08x" : "\\u%04x", c);
  return std::string(octets);
}

// Takes the first character off `text`, and gives the columns it takes.
std::size_t take_width(std::string_view& text) {
  const auto character = take_character(text);
  const int columns = character ? ::wcwidth(static_cast<wchar_t>(*character)) : 1;
  return columns < 0 ? 1 : static_cast<std::size_t>(columns);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto before = text;
    const auto character = take_character(text);
    const auto octets = before.substr(0, before.size() - text.size());
    result += character ? shown(*character, octets) : escaped("\\x%02x", static_cast<std::uint8_t>(octets.front()));
  }
  return result;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += take_width(text);
  return width;
}

std::string shortened(const std::string& text, std::size_t width) {
  if (display_width(text) <= width) return text;
  std::string_view rest = text;
  std::size_t kept = 0;
  for (auto taken = take_width(rest); taken < width; taken += take_width(rest)) kept = text.size() - rest.size();
  return text.substr(0, kept) + "\u2026";
}

std::string padded(std::string text, std::size_t width) {
  const auto taken = display_width(text);
  if (taken < width) text.append(width - taken, ' ');
  return text;
}

}  // namespace clientid::ctl
