#include "plugin/identity/identity.hpp"

#include <algorithm>

namespace clientid {
namespace {

constexpr std::size_t max_type = 16;
constexpr std::size_t max_token = 128;

bool is_type_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool is_vchar(char c) {
  return c >= '!' && c <= '~';
}

}  // namespace

bool valid_type(std::string_view type) {
  return !type.empty() && type.size() <= max_type && std::all_of(type.begin(), type.end(), is_type_char);
}

bool valid_token(std::string_view token) {
  return !token.empty() && token.size() <= max_token && std::all_of(token.begin(), token.end(), is_vchar);
}

std::string lower_case(std::string_view ascii) {
  std::string lower(ascii);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::optional<Identity> parse_identity(std::string_view parameters) {
  const auto space = parameters.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto type = parameters.substr(0, space);
  const auto token = parameters.substr(space + 1);
  if (!valid_type(type) || !valid_token(token)) return std::nullopt;
  return Identity{lower_case(type), Secret(token)};
}

}  // namespace clientid
