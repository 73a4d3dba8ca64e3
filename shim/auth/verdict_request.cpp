#include "shim/auth/verdict_request.hpp"

#include <map>

namespace clientid {
namespace {

std::string_view name(Ruling ruling) {
  switch (ruling) {
    case Ruling::allow: return "allow";
    case Ruling::refuse: return "refuse";
    case Ruling::unknown: return "unknown";
    case Ruling::unavailable: break;
  }
  return "unavailable";
}

using Attributes = std::map<std::string, std::string, std::less<>>;

std::optional<Attributes> parse_attributes(std::string_view text) {
  Attributes attributes;
  while (text != "\n") {
    const auto end = text.find('\n');
    const auto equals = text.substr(0, end).find('=');
    if (end == std::string_view::npos || equals == std::string_view::npos) return std::nullopt;
    const auto value = text.substr(equals + 1, end - equals - 1);
    if (!attributes.try_emplace(std::string(text.substr(0, equals)), value).second) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  return attributes;
}

}  // namespace

std::optional<VerdictRequest> parse_verdict_request(std::string_view text) {
  auto attributes = parse_attributes(text);
  if (!attributes) return std::nullopt;
  auto& given = *attributes;
  if (given["request"] != "clientid-verdict" || given["version"] != "1" || given["account"].empty()) {
    return std::nullopt;
  }
  return VerdictRequest{
      given["account"], given["service"], {given["local"], given["remote"]}, given["session"] == "required"};
}

std::string format_verdict_reply(const Answer& answer) {
  std::string reply = "version=1\nverdict=" + std::string(name(answer.ruling)) + "\n";
  const auto add = [&reply](const char* attribute, const char* value) {
    if (*value != '\0') reply.append(attribute).append("=").append(value).append("\n");
  };
  add("reason", answer.reason);
  add("type", answer.type);
  add("fingerprint", answer.fingerprint);
  return reply + "\n";
}

}  // namespace clientid
