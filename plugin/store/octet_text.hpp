// Any octets as text of UTF-8, for an engine that takes no other, and back. Names that strangers try to log in with are
// kept as they were given.
#pragma once

#include <string>

namespace clientid {

// Text stays as it is. Octets that are none become characters of Unicode's last private plane, U+10FF00 to U+10FFFF,
// of which a text that has them is not told apart: their octets become such characters, too.
std::string text_of_octets(std::string octets);

std::string octets_of_text(std::string text);

}  // namespace clientid
