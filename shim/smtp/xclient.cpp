#include "shim/smtp/xclient.hpp"

#include <sstream>

#include "shim/smtp/xtext.hpp"

namespace clientid {
namespace {

constexpr std::size_t max_line = 510;  // and CRLF
constexpr std::string_view verb = "XCLIENT";

bool announces(std::string_view attributes, std::string_view name) {
  std::istringstream words{std::string(attributes)};
  for (std::string word; words >> word;) {
    if (word == name) return true;
  }
  return false;
}

std::string attribute_for(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=" + encode_xtext(value);
}

std::string written(const std::string& address) {
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "IPV6:" : "") + address;
}

bool fits(const std::string& attribute) {
  return verb.size() + attribute.size() <= max_line;
}

}  // namespace

bool xclient_offered(const ClientFacts& client, std::string_view attributes) {
  if (!client.login.empty() && !announces(attributes, "LOGIN")) return false;
  return client.address.empty() || (announces(attributes, "ADDR") && announces(attributes, "PORT"));
}

bool xclient_suffices(const ClientFacts& client, std::string_view attributes) {
  return xclient_offered(client, attributes) && fits(attribute_for("LOGIN", client.login));
}

std::vector<std::string> xclient_lines(const ClientFacts& client, std::string_view attributes) {
  std::vector<std::string> lines{std::string(verb)};
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty() || !announces(attributes, name)) return;
    const auto attribute = attribute_for(name, value);
    if (!fits(attribute)) return;  // a HELO name that is long and odd; it is for the log alone
    if (lines.back().size() + attribute.size() > max_line) lines.emplace_back(verb);
    lines.back() += attribute;
  };
  add("LOGIN", client.login);
  add("HELO", client.helo);
  add("PROTO", "ESMTP");
  if (!client.server_address.empty()) {
    add("DESTPORT", std::to_string(client.server_port));
    add("DESTADDR", written(client.server_address));
  }
  if (!client.address.empty()) {
    add("PORT", std::to_string(client.port));
    add("ADDR", written(client.address));
  }
  return lines;
}

}  // namespace clientid
