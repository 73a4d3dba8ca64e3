// The file that holds our process id for as long as we run. Nothing where the path is empty.
#pragma once

#include <string>

namespace clientid {

class PidFile {
 public:
  // Throws ConfigError.
  explicit PidFile(std::string path);
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;
  ~PidFile();

 private:
  std::string path_;
};

}  // namespace clientid
