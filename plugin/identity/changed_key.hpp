// The store tells keys apart by their numbers: with another key under one of them, no device would be known that was.
#pragma once

#include <optional>
#include <string>

#include "plugin/identity/key_file.hpp"

namespace clientid {

// The number of a key that `now` has, and `before` has another one under. None where the two agree.
std::optional<std::string> changed_key(const KeyFile& before, const KeyFile& now);

}  // namespace clientid
