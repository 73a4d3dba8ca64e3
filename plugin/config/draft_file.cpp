#include "plugin/config/draft_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "plugin/config/config_error.hpp"
#include "plugin/config/file_access.hpp"

namespace clientid {
namespace {

[[noreturn]] void fail(const std::string& path, int error) {
  throw ConfigError(path + ": cannot write: " + std::strerror(error));
}

}  // namespace

DraftFile::DraftFile(std::string path)
    : path_(std::move(path)), draft_(path_ + ".XXXXXX"), file_(::mkostemp(draft_.data(), O_CLOEXEC)) {
  if (!file_) fail(path_, errno);
}

DraftFile::~DraftFile() {
  if (!draft_.empty()) ::unlink(draft_.c_str());
}

void DraftFile::write(std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(file_.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path_, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

void DraftFile::give_to(uid_t owner, gid_t group) {
  if (::fchown(file_.get(), owner, group) != 0) fail(path_, errno);
}

bool DraftFile::keep(mode_t mode, Existing existing) {
  if (::fchmod(file_.get(), mode) != 0 || ::fsync(file_.get()) != 0) fail(path_, errno);
  if (existing == Existing::replace) {
    if (std::rename(draft_.c_str(), path_.c_str()) != 0) fail(path_, errno);
  } else {
    // Unlike rename(), it takes no name from another file.
    if (::link(draft_.c_str(), path_.c_str()) != 0) {
      if (errno != EEXIST) fail(path_, errno);
      return false;
    }
    ::unlink(draft_.c_str());
  }
  draft_.clear();
  const FileDescriptor parent(::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent || ::fsync(parent.get()) != 0) fail(path_, errno);
  return true;
}

}  // namespace clientid
