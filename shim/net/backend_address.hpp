// Where a back end is, and whether it is spoken to by TLS, as shim.conf names it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clientid {

enum class BackendEncryption : std::uint8_t { none, implicit, starttls };

struct BackendAddress {
  std::string host;  // a name or a number; its certificate must be for it
  std::string port;
  std::string path;  // of a Unix socket, in place of both
  BackendEncryption encryption = BackendEncryption::none;

  // "smtp://127.0.0.1:10587", "smtps://mail.example.com", "smtp+starttls://[::1]:587" or "unix:/run/smtpd" (107
  // octets of path at most). Without TLS there is no port that could be meant if none is named.
  static std::optional<BackendAddress> parse(std::string_view text);
  std::string to_string() const;
};

}  // namespace clientid
