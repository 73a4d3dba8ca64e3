// What an operator is told of a configuration that cannot be used.
#pragma once

#include <string>
#include <string_view>

namespace clientid {

// Requires that it is one line, and repeats nothing that may be a secret.
void check_config_fault(const std::string& fault, std::string_view content);

}  // namespace clientid
