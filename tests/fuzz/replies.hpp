// What a client is sent, looked at as RFC 5321 section 4.2 has it.
#pragma once

#include <cstddef>
#include <string_view>

namespace clientid {

// How many replies it is. Requires that it is made of whole ones.
std::size_t count_replies(std::string_view text);

}  // namespace clientid
