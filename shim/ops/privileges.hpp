// What the process may do: it gives up root once sockets and keys are open, and never leaves its memory in a core.
#pragma once

#include <string>

namespace clientid {

// Tokens and passwords are in our memory (D9.1).
void forbid_core_dumps();

// As many files as the system lets us open; how many that are.
unsigned long raise_descriptor_limit();

// Becomes `user` and `group` (empty: the user's own) for good. Nothing happens where `user` is empty, or
// the process is theirs already. Throws ConfigError.
void drop_privileges(const std::string& user, const std::string& group);

}  // namespace clientid
