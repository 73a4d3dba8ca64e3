// Takes the words of an option's value one by one, as libsasl reads its own lists.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace clientid {

// ASCII alone, whatever the host's locale is.
constexpr bool is_blank(char octet) {
  return octet == ' ' || (octet >= '\t' && octet <= '\r');
}

// The next word, which `list` then lies behind; empty when there is none.
inline std::string_view next_word(std::string_view& list) {
  const char* const end = list.data() + list.size();
  const char* const begin = std::find_if_not(list.data(), end, is_blank);
  const char* const word_end = std::find_if(begin, end, is_blank);
  list = std::string_view(word_end, static_cast<std::size_t>(end - word_end));
  return std::string_view(begin, static_cast<std::size_t>(word_end - begin));
}

}  // namespace clientid
