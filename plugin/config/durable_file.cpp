#include "plugin/config/durable_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "plugin/config/config_error.hpp"
#include "plugin/config/draft_file.hpp"

namespace clientid {

bool create_durably(const std::string& path, std::string_view content, mode_t mode) {
  DraftFile draft(path);
  draft.write(content);
  return draft.keep(mode, DraftFile::Existing::keep);
}

void replace_durably(const std::string& path, std::string_view content) {
  struct stat before {};
  if (::lstat(path.c_str(), &before) != 0) throw ConfigError(path + ": cannot write: " + std::strerror(errno));
  DraftFile draft(path);
  draft.write(content);
  draft.give_to(before.st_uid, before.st_gid);
  draft.keep(before.st_mode & 07777, DraftFile::Existing::replace);
}

}  // namespace clientid
