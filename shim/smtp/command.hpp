// A command line taken apart: the verb in upper case, and what stands behind its one space.
#pragma once

#include <string>
#include <string_view>

namespace clientid {

struct Command {
  std::string verb;
  std::string_view parameters;  // a view of the line
};

Command parse_command(std::string_view line);

}  // namespace clientid
