// A file that is in memory alone, for readers that take the name of one.
#pragma once

#include <string>
#include <string_view>

#include "plugin/config/file_descriptor.hpp"

namespace clientid {

class TextFile {
 public:
  TextFile();
  const std::string& path() const { return path_; }
  // In the place of what was there.
  void write(std::string_view content) const;

 private:
  FileDescriptor file_;
  std::string path_;
};

}  // namespace clientid
