// Shell patterns for identity types: `*` and `?` alone. Both sides are lower case.
#pragma once

#include <string_view>

namespace clientid {

bool matches_glob(std::string_view glob, std::string_view text);

}  // namespace clientid
