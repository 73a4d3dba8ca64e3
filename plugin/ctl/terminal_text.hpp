// Text that others wrote, made fit for a terminal: labels and account names may hold anything, and a terminal obeys
// what it is sent.
#pragma once

#include <string>
#include <string_view>

namespace clientid::ctl {

// Control characters, what reverses the direction of writing, and octets that are no UTF-8 are escaped; so is the
// backslash, which makes it unambiguous: "a\nb", "\x1b[2J", "\u202e", "\\". No line ends in it.
std::string printable(std::string_view text);

// Columns that it takes; `text` is printable.
std::size_t display_width(std::string_view text);

// Cut, if it takes more, to end in an ellipsis; `width` is not 0.
std::string shortened(const std::string& text, std::size_t width);

// Filled up with spaces.
std::string padded(std::string text, std::size_t width);

}  // namespace clientid::ctl
