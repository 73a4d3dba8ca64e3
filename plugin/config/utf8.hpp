// One character after the other out of UTF-8.
#pragma once

#include <optional>
#include <string_view>

namespace clientid {

// Takes the first character off `text`. Nothing if the first octet begins none (overlong forms, surrogates and what
// lies above U+10FFFF included); then this octet is taken off. `text` is not empty.
std::optional<char32_t> take_character(std::string_view& text);

bool valid_utf8(std::string_view text);

}  // namespace clientid
