// Writes a file that is whole on disk, or not there at all, or there as it was before.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace clientid {

// Makes `path` with this content; file and directory are on disk on return. False if `path` exists.
// Throws ConfigError that names the file.
bool create_durably(const std::string& path, std::string_view content, mode_t mode);

// Puts this content in the place of the file that is there, which keeps its owner and mode: whoever opens it finds the
// old content or the new one. On disk on return. Throws ConfigError that names the file; the old content stays then.
void replace_durably(const std::string& path, std::string_view content);

}  // namespace clientid
