#include "shim/net/backend_address.hpp"

namespace clientid {

std::optional<BackendAddress> BackendAddress::parse(std::string_view text) {
  constexpr std::string_view unix_scheme = "unix:";
  constexpr std::string_view smtp_scheme = "smtp://";
  if (text.starts_with(unix_scheme) && text.size() > unix_scheme.size()) {
    return BackendAddress{{}, {}, std::string(text.substr(unix_scheme.size()))};
  }
  if (!text.starts_with(smtp_scheme)) return std::nullopt;
  auto host = text.substr(smtp_scheme.size());
  const auto colon = host.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto port = host.substr(colon + 1);
  host = host.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || port.empty() || port.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  return BackendAddress{std::string(host), std::string(port), {}};
}

std::string BackendAddress::to_string() const {
  if (!path.empty()) return "unix:" + path;
  return "smtp://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

}  // namespace clientid
