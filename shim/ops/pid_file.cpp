#include "shim/ops/pid_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "plugin/config/config_error.hpp"
#include "plugin/config/file_descriptor.hpp"

namespace clientid {

PidFile::PidFile(std::string path) : path_(std::move(path)) {
  if (path_.empty()) return;
  // Written as root, maybe where another user may put a link to what is not his.
  const FileDescriptor file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
  const auto line = std::to_string(::getpid()) + "\n";
  if (!file || ::write(file.get(), line.data(), line.size()) < 0) {
    const int error = errno;
    throw ConfigError("pid-file: cannot write " + path_ + ": " + std::strerror(error) +
                      (error == ELOOP ? "; links are not followed, so remove it, or name another file" : ""));
  }
}

PidFile::~PidFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace clientid
