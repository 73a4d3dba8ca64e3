// What a device shows of itself: the two parts of a CLIENTID command (draft section 4 and 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plugin/identity/secret.hpp"

namespace clientid {

struct Identity {
  std::string type;  // 1 to 16 of ALPHA / DIGIT / "-", lower case: D4.2 compares types so
  Secret token;      // 1 to 128 VCHAR, compared octet by octet
};

// The type of who shows a TLS client certificate (X3). No CLIENTID command can claim it.
inline constexpr std::string_view certificate_type = "tls-cert";

// "UUID 23bf83be-aad7-46aa-9e0f-39191ccf402f": what stands behind the verb and its one space (D4.1).
std::optional<Identity> parse_identity(std::string_view parameters);

bool valid_type(std::string_view type);
bool valid_token(std::string_view token);
std::string lower_case(std::string_view ascii);

}  // namespace clientid
