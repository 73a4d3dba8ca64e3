#include "plugin/config/file_access.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "plugin/config/user_names.hpp"

namespace clientid {
namespace {

bool is_ours(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && status.st_uid == ::geteuid();
}

bool denied(int mode, const std::string& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) != 0 && errno == EACCES;
}

std::string advice_unless(int mode, const std::string& path, const std::string& what) {
  if (!denied(mode, path)) return {};
  if (is_ours(path)) return "; mend it with: chmod u+rwX " + what;
  return "; run this as its owner, or mend it with: chown " + user_name(::geteuid()) + " " + what;
}

// Keys of hashes and of TLS are root's, or another program's as well: they stay with their owner.
std::string advice_unless_readable(const std::string& path) {
  if (!denied(R_OK, path)) return {};
  if (is_ours(path)) return "; mend it with: chmod u+rw " + path;
  return "; run this as its owner, or mend it with: chgrp " + group_name(::getegid()) + " " + path + " && chmod g+r " +
         path;
}

}  // namespace

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

std::string access_advice(const std::string& path, Access access) {
  const bool write = access == Access::write;
  const auto directory = directory_of(path);
  auto advice = advice_unless(write ? W_OK | X_OK : X_OK, directory, directory);
  if (!advice.empty()) return advice;
  return write ? advice_unless(R_OK | W_OK, path, path + "*") : advice_unless_readable(path);
}

}  // namespace clientid
