// The first message of a client of SCRAM (RFC 5802 section 7): whom it names, before anything is proved.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace clientid {

struct ScramFirst {
  std::string authorization;  // may be empty
  std::string user;
};

// "n,a=bob,n=alice,r=..." with "=2C" and "=3D" decoded. Nothing where it is not of this form, or names no user.
std::optional<ScramFirst> parse_scram_first(std::string_view message);

}  // namespace clientid
