// What the process may do: once sockets and keys are open it gives up root, and every capability.
#pragma once

#include <string>

namespace clientid {

// As many files as the system lets us open; how many that are.
unsigned long raise_descriptor_limit();

// No program that this process runs gets rights that it does not have itself, by a set-user-ID bit or otherwise.
// For the calling thread and those that it begins from now on.
void forbid_new_privileges();

// Becomes `user` and `group` (empty: the user's own) for good, unless `user` is empty or the process is theirs already;
// and whoever is not root then has no capability any more. For the calling thread and those that it begins from now on,
// so there must be no other. Throws ConfigError.
void drop_privileges(const std::string& user, const std::string& group);

}  // namespace clientid
