// Text taken apart as people write it: with blanks around words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clientid {

// Without the `blanks` before and behind it; a view of `text`.
std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\n\v\f");

// The words between `separators`, of which several in a row are as good as one.
std::vector<std::string> split_words(std::string_view text, std::string_view separators = " \t");

}  // namespace clientid
