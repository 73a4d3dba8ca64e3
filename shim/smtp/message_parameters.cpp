#include "shim/smtp/message_parameters.hpp"

#include <charconv>
#include <limits>
#include <system_error>

#include "plugin/identity/identity.hpp"

namespace clientid {
namespace {

constexpr std::uint64_t max_number = std::numeric_limits<std::uint64_t>::max();
// A back end that reads 32 bits of a larger number (Exim does) would take the rest of the chunk for commands.
constexpr std::uint64_t max_chunk = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t max_chunk_digits = 10;

// What is more than fits is the most that does.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  return error == std::errc() ? number : max_number;
}

// A quoted local part may hold anything, also what looks like the end of the path (RFC 5321 section 4.1.2).
std::string_view behind_path(std::string_view parameters) {
  bool quoted = false;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i] == '\\') {
      ++i;
    } else if (parameters[i] == '"') {
      quoted = !quoted;
    } else if (parameters[i] == '>' && !quoted) {
      return parameters.substr(i + 1);
    }
  }
  return parameters;
}

}  // namespace

std::optional<std::uint64_t> declared_size(std::string_view mail_parameters) {
  constexpr std::string_view name = "size=";
  auto rest = behind_path(mail_parameters);
  while (!rest.empty()) {
    const auto space = rest.find(' ');
    const auto word = rest.substr(0, space);
    if (lower_case(word.substr(0, name.size())) == name) return parse_number(word.substr(name.size()));
    if (space == std::string_view::npos) break;
    rest.remove_prefix(space + 1);
  }
  return std::nullopt;
}

std::optional<Chunk> parse_chunk(std::string_view bdat_parameters) {
  const auto space = bdat_parameters.find(' ');
  const auto digits = bdat_parameters.substr(0, space);
  const auto octets = parse_number(digits);
  if (!octets || *octets > max_chunk || digits.size() > max_chunk_digits) return std::nullopt;
  const bool last = space != std::string_view::npos;
  if (last && lower_case(bdat_parameters.substr(space + 1)) != "last") return std::nullopt;
  return Chunk{*octets, last};
}

bool ends_in_last(std::string_view parameters) {
  return lower_case(parameters.substr(parameters.rfind(' ') + 1)) == "last";
}

}  // namespace clientid
