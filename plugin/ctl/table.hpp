// Rows for people, in aligned columns: fitted to the terminal, or as wide as they are where there is none.
#pragma once

#include <string>
#include <vector>

#include "plugin/ctl/terminal.hpp"

namespace clientid::ctl {

struct Column {
  enum class Kind : unsigned char {
    whole,  // of no use unless all of it is there: a number, a time, a fingerprint
    text,   // is shortened where the line would not fit
    state,  // coloured by what it says
  };

  // NOLINTNEXTLINE(google-explicit-constructor): most columns are a name and no more
  Column(const char* title, Kind what = Kind::whole) : name(title), kind(what) {}

  std::string name;
  Kind kind;
};

using Heading = std::vector<Column>;
using Row = std::vector<std::string>;  // a cell for each column; an empty one is shown as "-"

// Lines that end in "\n". A column of text is shortened to no less than 8 columns of the terminal: where that is not
// enough, lines are longer than the terminal is wide.
std::string laid_out(const Heading& heading, const std::vector<Row>& rows, bool with_heading, const Terminal& terminal);

}  // namespace clientid::ctl
