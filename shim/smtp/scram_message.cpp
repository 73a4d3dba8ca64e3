#include "shim/smtp/scram_message.hpp"

#include <utility>

namespace clientid {
namespace {

// Up to the next comma, which is taken away as well.
std::string_view take_field(std::string_view& rest) {
  const auto comma = rest.find(',');
  const auto field = rest.substr(0, comma);
  rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  return field;
}

std::optional<std::string> decode_name(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    const auto escape = text.substr(0, 3);
    if (text.front() != '=') {
      name += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (escape != "=2C" && escape != "=3D") return std::nullopt;
    name += escape == "=2C" ? ',' : '=';
    text.remove_prefix(escape.size());
  }
  return name;
}

}  // namespace

std::optional<ScramFirst> parse_scram_first(std::string_view message) {
  const auto binding = take_field(message);
  auto authorization = take_field(message);
  const auto user = take_field(message);
  if (binding != "n" && binding != "y" && !binding.starts_with("p=")) return std::nullopt;
  if (!user.starts_with("n=") || !message.starts_with("r=")) return std::nullopt;
  if (!authorization.empty() && !authorization.starts_with("a=")) return std::nullopt;
  if (!authorization.empty()) authorization.remove_prefix(2);
  auto acts_for = decode_name(authorization);
  auto name = decode_name(user.substr(2));
  if (!acts_for || !name || name->empty()) return std::nullopt;
  return ScramFirst{std::move(*acts_for), std::move(*name)};
}

}  // namespace clientid
