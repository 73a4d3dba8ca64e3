// An identity as commands are given it.
#pragma once

#include "plugin/identity/identity.hpp"
#include "plugin/identity/secret.hpp"

namespace clientid::ctl {

// `token` is one, or "-": then it is the first line of standard input, not echoed by a terminal.
// Throws ConfigError.
Identity read_identity(std::string_view type, const Secret& token);

// Throws ConfigError unless it can be a token.
void check_token(std::string_view token);

// Lower case, as it is kept. Throws ConfigError.
std::string read_type(std::string_view type);

}  // namespace clientid::ctl
