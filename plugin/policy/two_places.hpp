// U6.2.4: a device is at one place at a time. The same token from two is treated as possible forgery.
#pragma once

#include <optional>
#include <string>

#include "plugin/policy/facts.hpp"

namespace clientid {

// What contradicts that the device is where it says, for people; nothing if nothing does. With a database of countries:
// another country than a moment ago, closer in time than travel allows. Without: an open session in another network.
std::optional<std::string> location_conflict(const Attempt& attempt, const Facts& facts);

}  // namespace clientid
