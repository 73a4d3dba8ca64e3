#include "shim/ops/pid_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "plugin/config/config_error.hpp"

namespace clientid {

PidFile::PidFile(std::string path) : path_(std::move(path)) {
  if (path_.empty()) return;
  std::ofstream file(path_);
  file << ::getpid() << '\n';
  file.close();
  if (!file) throw ConfigError("pid-file: cannot write " + path_ + ": " + std::strerror(errno));
}

PidFile::~PidFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace clientid
