#include "plugin/config/file_access.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace clientid {
namespace {

// As one types it: its name, or the number where it has none.
std::string effective_user() {
  const auto uid = ::geteuid();
  std::array<char, 4096> space{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(uid, &entry, space.data(), space.size(), &found);
  return found == nullptr ? std::to_string(uid) : entry.pw_name;
}

std::string effective_group() {
  const auto gid = ::getegid();
  std::array<char, 4096> space{};
  group entry{};
  group* found = nullptr;
  ::getgrgid_r(gid, &entry, space.data(), space.size(), &found);
  return found == nullptr ? std::to_string(gid) : entry.gr_name;
}

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
  return "; run this as its owner, or mend it with: chown " + effective_user() + " " + what;
}

// Keys of hashes and of TLS are root's, or another program's as well: they stay with their owner.
std::string advice_unless_readable(const std::string& path) {
  if (!denied(R_OK, path)) return {};
  if (is_ours(path)) return "; mend it with: chmod u+rw " + path;
  return "; run this as its owner, or mend it with: chgrp " + effective_group() + " " + path + " && chmod g+r " + path;
}

}  // namespace

std::string access_advice(const std::string& path, Access access) {
  const bool write = access == Access::write;
  const auto slash = path.rfind('/');
  const auto directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  auto advice = advice_unless(write ? W_OK | X_OK : X_OK, directory, directory);
  if (!advice.empty()) return advice;
  return write ? advice_unless(R_OK | W_OK, path, path + "*") : advice_unless_readable(path);
}

}  // namespace clientid
