// What standard output is: a terminal of some width that may show colours, or a pipe or file that takes text as it is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace clientid::ctl {

struct Terminal {
  std::size_t width = 0;  // columns; 0: none, or not known
  bool colours = false;   // not where NO_COLOR is set, nor on a terminal that is called dumb

  // Of standard output.
  static Terminal of_output();
};

// The colour of a state or outcome: green for who gets in, yellow for what waits or passes, red for who is refused.
// As it is where none belongs to it. `cell` is `state`, perhaps filled up with spaces.
std::string coloured(std::string cell, std::string_view state);

}  // namespace clientid::ctl
