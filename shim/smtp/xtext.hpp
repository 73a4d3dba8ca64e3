// xtext (RFC 3461 section 4): any octets as one word of printable ASCII, so that no value can end a command line or
// begin another attribute.
#pragma once

#include <string>
#include <string_view>

namespace clientid {

std::string encode_xtext(std::string_view octets);

}  // namespace clientid
