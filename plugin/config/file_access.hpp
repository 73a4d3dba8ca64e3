// What to say of a file that we may not use: the command that mends it.
#pragma once

#include <string>

namespace clientid {

// The directory of the file, with its slash; "." where the path names none.
std::string directory_of(const std::string& path);

enum class Access : unsigned char {
  read,
  write,  // and read, and make files beside it whose names begin with its own
};

// "; run this as its owner, or mend it with: chown clientid /var/lib/clientid/clientid.db*"; of what is to be read
// alone, the group is changed. It names the directory where that keeps us out. Empty where nothing does.
std::string access_advice(const std::string& path, Access access);

}  // namespace clientid
