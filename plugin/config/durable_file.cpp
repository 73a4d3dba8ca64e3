#include "plugin/config/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "plugin/config/config_error.hpp"
#include "plugin/config/file_descriptor.hpp"

namespace clientid {
namespace {

[[noreturn]] void fail(const std::string& path, int error) {
  throw ConfigError(path + ": cannot write: " + std::strerror(error));
}

void write_all(int file, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const auto written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

bool create_durably(const std::string& path, std::string_view content, mode_t mode) {
  const auto slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  // Written under another name first: a crash in the middle leaves no half file to be taken for a whole one.
  std::string draft = path + ".XXXXXX";
  const FileDescriptor file(::mkostemp(draft.data(), O_CLOEXEC));
  if (!file) fail(path, errno);
  try {
    write_all(file.get(), content, path);
    if (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0) fail(path, errno);
    if (::link(draft.c_str(), path.c_str()) != 0) {
      if (errno != EEXIST) fail(path, errno);
      ::unlink(draft.c_str());
      return false;
    }
  } catch (...) {
    ::unlink(draft.c_str());
    throw;
  }
  ::unlink(draft.c_str());
  const FileDescriptor parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent || ::fsync(parent.get()) != 0) fail(path, errno);
  return true;
}

}  // namespace clientid
