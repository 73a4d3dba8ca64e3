#include "shim/smtp/command.hpp"

#include <algorithm>
#include <cctype>

namespace clientid {

Command parse_command(std::string_view line) {
  const auto space = line.find(' ');
  Command command{std::string(line.substr(0, space)),
                  space == std::string_view::npos ? std::string_view() : line.substr(space + 1)};
  std::transform(command.verb.begin(), command.verb.end(), command.verb.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return command;
}

}  // namespace clientid
