// The question before what cannot be undone.
#pragma once

#include <string>

namespace clientid::ctl {

// Asks whether to remove `what` ("2 bindings"), unless `yes` says so already. Throws Failure(Status::rule) if the
// answer is no, and ConfigError where standard input is no terminal to ask on.
void confirm_removal(const std::string& what, bool yes);

// The same, for a file that is there already.
void confirm_overwriting(const std::string& file, bool yes);

}  // namespace clientid::ctl
