// Base64 as RFC 4954 wants it in AUTH: the one canonical spelling, with padding, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plugin/identity/secret.hpp"

namespace clientid {

std::optional<Secret> decode_base64(std::string_view text);
Secret encode_base64(std::string_view octets);

}  // namespace clientid
