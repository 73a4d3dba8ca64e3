#include "shim/net/backend_address.hpp"

#include <sys/un.h>

#include <array>
#include <charconv>

namespace clientid {
namespace {

struct Scheme {
  std::string_view start;
  BackendEncryption encryption;
  std::string_view port;  // if none is named; RFC 8314 section 3.3, RFC 6409 section 3.1
};

constexpr std::array schemes{Scheme{"smtp://", BackendEncryption::none, ""},
                             Scheme{"smtps://", BackendEncryption::implicit, "465"},
                             Scheme{"smtp+starttls://", BackendEncryption::starttls, "587"}};

constexpr std::string_view unix_scheme = "unix:";
constexpr std::size_t max_path = sizeof(sockaddr_un::sun_path) - 1;

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  return error == std::errc{} && stop == end && port > 0;
}

// "host:port", "[address]:port", or either without a port.
std::optional<BackendAddress> parse_place(std::string_view text, const Scheme& scheme) {
  const bool bracketed = text.starts_with('[');
  const auto end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && end == std::string_view::npos) return std::nullopt;
  const auto host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  const auto rest = end == std::string_view::npos ? std::string_view() : text.substr(bracketed ? end + 1 : end);
  const auto port = rest.empty() ? scheme.port : rest.substr(1);
  if (host.empty() || host.find_first_of("/@?#[ \t") != std::string_view::npos) return std::nullopt;
  if ((!rest.empty() && rest.front() != ':') || !is_port(port)) return std::nullopt;
  return BackendAddress{std::string(host), std::string(port), {}, scheme.encryption};
}

}  // namespace

std::optional<BackendAddress> BackendAddress::parse(std::string_view text) {
  if (text.starts_with(unix_scheme)) {
    const auto path = text.substr(unix_scheme.size());
    if (path.empty() || path.size() > max_path) return std::nullopt;
    return BackendAddress{{}, {}, std::string(path)};
  }
  for (const auto& scheme : schemes) {
    if (text.starts_with(scheme.start)) return parse_place(text.substr(scheme.start.size()), scheme);
  }
  return std::nullopt;
}

std::string BackendAddress::to_string() const {
  if (!path.empty()) return std::string(unix_scheme) + path;
  const std::string start(schemes[static_cast<std::size_t>(encryption)].start);
  return start + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

}  // namespace clientid
