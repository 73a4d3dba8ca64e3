// What --help prints.
#pragma once

#include <string>
#include <string_view>

namespace clientid::ctl {

std::string help();

// Of one command, or of those that share this first word.
std::string help(std::string_view command);

}  // namespace clientid::ctl
