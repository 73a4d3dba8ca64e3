// Writes a file that is whole on disk, or not there at all.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace clientid {

// Makes `path` with this content; file and directory are on disk on return. False if `path` exists.
// Throws ConfigError that names the file.
bool create_durably(const std::string& path, std::string_view content, mode_t mode);

}  // namespace clientid
