// A file that is written under another name beside it, and takes its own when it is whole: whoever finds it under that,
// also after a crash, finds all of it.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "plugin/config/file_descriptor.hpp"

namespace clientid {

// Everything here throws ConfigError that names the file.
class DraftFile {
 public:
  // Nobody but its owner can read the draft.
  explicit DraftFile(std::string path);
  DraftFile(const DraftFile&) = delete;
  DraftFile& operator=(const DraftFile&) = delete;
  ~DraftFile();  // a draft that was not kept is removed

  void write(std::string_view content);
  void give_to(uid_t owner, gid_t group);

  enum class Existing : unsigned char { keep, replace };

  // File and directory are on disk on return. False if `path` exists, and is to be kept.
  bool keep(mode_t mode, Existing existing);

 private:
  std::string path_;
  std::string draft_;
  FileDescriptor file_;
};

}  // namespace clientid
