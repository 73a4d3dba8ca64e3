#include "shim/ops/privileges.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "plugin/config/config_error.hpp"

namespace clientid {

void forbid_core_dumps() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

unsigned long raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

void drop_privileges(const std::string& user, const std::string& group) {
  if (user.empty()) return;
  const passwd* account = ::getpwnam(user.c_str());
  if (account == nullptr) throw ConfigError("user: there is no user \"" + user + "\"");
  const auto uid = account->pw_uid;
  auto gid = account->pw_gid;
  if (!group.empty()) {
    const auto* entry = ::getgrnam(group.c_str());
    if (entry == nullptr) throw ConfigError("group: there is no group \"" + group + "\"");
    gid = entry->gr_gid;
  }
  // Whoever started us as that user chose our other groups as well.
  if (::getuid() == uid && ::geteuid() == uid && ::getgid() == gid && ::getegid() == gid) return;
  if (::initgroups(user.c_str(), gid) != 0 || ::setgid(gid) != 0 || ::setuid(uid) != 0) {
    throw ConfigError("user: cannot become " + user + ": " + std::strerror(errno) +
                      "; start as root or as that user and group, or take the key out");
  }
  // A change of identity makes the process dumpable again.
  forbid_core_dumps();
}

}  // namespace clientid
