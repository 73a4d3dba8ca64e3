#include "plugin/config/file_access.hpp"

#include <fcntl.h>
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

bool is_ours(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && status.st_uid == ::geteuid();
}

std::string advice_unless(int mode, const std::string& path, const std::string& what) {
  if (::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0 || errno != EACCES) return {};
  if (is_ours(path)) return "; mend it with: chmod u+rwX " + what;
  return "; run this as its owner, or mend it with: chown " + effective_user() + " " + what;
}

}  // namespace

std::string access_advice(const std::string& path, Access access) {
  const bool write = access == Access::write;
  const auto slash = path.rfind('/');
  const auto directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  auto advice = advice_unless(write ? W_OK | X_OK : X_OK, directory, directory);
  if (advice.empty()) advice = advice_unless(write ? R_OK | W_OK : R_OK, path, write ? path + "*" : path);
  return advice;
}

}  // namespace clientid
