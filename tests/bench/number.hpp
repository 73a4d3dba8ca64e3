// Numbers on the command lines of the benchmarks.
#pragma once

#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace clientid {

// Throws where the text is not a number, or not one of this type.
template <typename Number>
Number to_number(std::string_view text) {
  Number number{};
  const auto* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || read != end)
    throw std::invalid_argument("not a number, or too large: " + std::string(text));
  return number;
}

}  // namespace clientid
