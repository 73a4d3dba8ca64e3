// The message of the PLAIN mechanism (RFC 4616): authorization identity (may be empty), NUL, authentication identity,
// NUL, password.
#pragma once

#include <optional>
#include <string_view>

#include "plugin/identity/secret.hpp"

namespace clientid {

// Views of the message.
struct PlainMessage {
  std::string_view authorization;
  std::string_view user;
  std::string_view password;
};

// Nothing where it is not of this form, or user or password are empty.
std::optional<PlainMessage> split_plain_message(std::string_view message);

// No part may hold a NUL.
Secret plain_message(const PlainMessage& parts);

}  // namespace clientid
