// Where a back end is, as shim.conf names it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace clientid {

struct BackendAddress {
  std::string host;  // and
  std::string port;  // or
  std::string path;  // of a Unix socket

  // "smtp://127.0.0.1:10587", "smtp://[::1]:10587" or "unix:/run/smtpd".
  static std::optional<BackendAddress> parse(std::string_view text);
  std::string to_string() const;
};

}  // namespace clientid
