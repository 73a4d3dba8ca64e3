// X1, at start: does libsasl really ask the module in this process? Without it no service.
#pragma once

#include <string>

namespace clientid {

// Tries an AUTH that the module refuses before any password is looked at. Throws ConfigError that says how to mend it.
void require_module(const std::string& service, const std::string& hostname, const std::string& config);

}  // namespace clientid
