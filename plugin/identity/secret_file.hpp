// Reads a file that nobody else may read: keys, passwords.
#pragma once

#include <string>

#include "plugin/identity/secret.hpp"

namespace clientid {

// `what` is its name in errors, such as "key file"; `absent` goes behind the one that says that there is none, such as
// "; make it with: ...". Throws ConfigError that names the file and the mend: not there, a link, not a plain file,
// readable by others, writable by group, owned by somebody other than root or this user, or larger than 64 KiB.
Secret read_secret_file(const std::string& path, const std::string& what, const std::string& absent = {});

}  // namespace clientid
