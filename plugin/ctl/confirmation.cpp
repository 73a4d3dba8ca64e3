#include "plugin/ctl/confirmation.hpp"

#include <unistd.h>

#include <iostream>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/failure.hpp"
#include "plugin/ctl/terminal_text.hpp"

namespace clientid::ctl {

namespace {

// `doing`, `question` and `otherwise` are such as "removing 2 bindings", "Remove 2 bindings?", "nothing was removed".
void confirm(const std::string& doing, const std::string& question, const std::string& otherwise) {
  if (::isatty(STDIN_FILENO) == 0) throw ConfigError(doing + " wants --yes");
  std::cerr << question + " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  if (answer != "y" && answer != "yes") throw Failure(Status::rule, otherwise);
}

}  // namespace

void confirm_removal(const std::string& what, bool yes) {
  if (!yes) confirm("removing " + what, "Remove " + what + "?", "nothing was removed");
}

void confirm_overwriting(const std::string& file, bool yes) {
  if (!yes) confirm("overwriting " + file, "Overwrite " + printable(file) + "?", "nothing was written");
}

}  // namespace clientid::ctl
