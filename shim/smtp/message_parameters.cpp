#include "shim/smtp/message_parameters.hpp"

#include "plugin/identity/identity.hpp"

namespace clientid {
namespace {

constexpr std::size_t max_digits = 18;  // of any size that there is; what is longer would not fit

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty() || text.size() > max_digits) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

}  // namespace

std::optional<std::uint64_t> declared_size(std::string_view mail_parameters) {
  constexpr std::string_view name = "size=";
  // A quoted local part may hold anything, but the parameters are behind the path.
  auto rest = mail_parameters.substr(mail_parameters.rfind('>') + 1);
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
  const auto octets = parse_number(bdat_parameters.substr(0, space));
  const bool last = space != std::string_view::npos;
  if (!octets || (last && lower_case(bdat_parameters.substr(space + 1)) != "last")) return std::nullopt;
  return Chunk{*octets, last};
}

bool ends_in_last(std::string_view parameters) {
  return lower_case(parameters.substr(parameters.rfind(' ') + 1)) == "last";
}

}  // namespace clientid
