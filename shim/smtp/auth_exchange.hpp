// One AUTH command from its parameters to its last response line (RFC 4954): base64 in and out, `*` to cancel, and
// LOGIN spoken here and turned into PLAIN, since newer Cyrus SASL has no LOGIN.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/identity/secret.hpp"

namespace clientid {

struct AuthInput {
  std::string mechanism;           // upper case; empty for a later response
  std::optional<Secret> response;  // decoded; none: the client gave no initial response
};

class AuthExchange {
 public:
  struct Step {
    enum class Kind : std::uint8_t { reply, error, input } kind;
    std::string_view reply;  // with reply and error
    AuthInput input;
  };

  // "PLAIN AGFsaWNl..."; the mechanism must be one of `mechanisms`.
  Step begin(std::string_view parameters, const std::vector<std::string>& mechanisms);

  // The client's next line.
  Step on_line(std::string_view line);

 private:
  enum class Expects : std::uint8_t { response, login_user, login_password };

  Step login(std::optional<std::string_view> initial);

  Expects expects_ = Expects::response;
  Secret user_;
};

}  // namespace clientid
