// Which mechanisms libsasl has, found out at start: what it lacks is not announced.
#pragma once

#include <string>
#include <vector>

namespace clientid {

// Once libsasl is initialised. Those of `wanted` that libsasl does not offer to an encrypted connection, with the
// channel binding that -PLUS needs. LOGIN needs PLAIN.
std::vector<std::string> missing_mechanisms(const std::vector<std::string>& wanted);

}  // namespace clientid
