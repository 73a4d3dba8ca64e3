#include "plugin/ctl/other_user.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <vector>

#include "plugin/config/file_descriptor.hpp"
#include "plugin/config/user_names.hpp"

namespace clientid::ctl {
namespace {

constexpr int not_that_user = 255;  // no errno

int try_connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
  path.copy(address.sun_path, path.size());
  // It does not wait: where the queue of the listener is full, that is an error.
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return errno;
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

int try_enter(const std::string& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

// Of the child, for good.
bool become(const passwd* account, const std::string& root) {
  if (!root.empty() && (::chroot(root.c_str()) != 0 || ::chdir("/") != 0)) return false;
  if (account == nullptr || account->pw_uid == ::geteuid()) return true;
  return ::setgid(account->pw_gid) == 0 && ::setuid(account->pw_uid) == 0;
}

std::optional<int> as(const OtherUser& user, const std::function<int()>& attempt) {
  const passwd* account = user.name.empty() ? nullptr : ::getpwnam(user.name.c_str());
  if (!user.name.empty() && account == nullptr) return std::nullopt;
  const auto child = ::fork();
  if (child < 0) return std::nullopt;
  if (child == 0) {
    // What names stand for is looked up outside the chroot.
    const bool other = account != nullptr && account->pw_uid != ::geteuid();
    const bool groups = !other || ::initgroups(account->pw_name, account->pw_gid) == 0;
    ::_exit(groups && become(account, user.root) ? attempt() : not_that_user);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!WIFEXITED(status) || WEXITSTATUS(status) == not_that_user) return std::nullopt;
  return WEXITSTATUS(status);
}

}  // namespace

std::optional<int> OtherUser::connect(const std::string& socket) const {
  return as(*this, [&] { return try_connect(socket); });
}

std::optional<int> OtherUser::enter(const std::string& directory) const {
  return as(*this, [&] { return try_enter(directory); });
}

std::string OtherUser::obstacle(const std::string& path) const {
  for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    auto directory = path.substr(0, slash);
    if (enter(directory).value_or(0) == EACCES) return directory;
  }
  return {};
}

std::string OtherUser::group() const {
  const passwd* account = name.empty() ? ::getpwuid(::geteuid()) : ::getpwnam(name.c_str());
  return account == nullptr ? "root" : group_name(account->pw_gid);
}

}  // namespace clientid::ctl
