#include "shim/ops/privileges.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "plugin/config/config_error.hpp"
#include "plugin/identity/core_dump.hpp"
#include "shim/ops/log.hpp"

namespace clientid {
namespace {

// Those that no program run from now on can have. It takes a capability that root has, and the unit of systemd does not
// leave us: there this is said in the unit.
void empty_bounding_set() {
  for (unsigned long each = 0; ::prctl(PR_CAPBSET_READ, each, 0, 0, 0) >= 0; ++each) {
    ::prctl(PR_CAPBSET_DROP, each, 0, 0, 0);
  }
}

void give_up_capabilities() {
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  if (::syscall(SYS_capset, &header, none.data()) == 0) return;
  log::warning("capabilities-kept", {{"cause", std::strerror(errno)},
                                     {"mend", "allow the system call capset, with SystemCallFilter of the unit"}});
}

void become(const std::string& user, const std::string& group) {
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
  empty_bounding_set();
  if (::initgroups(user.c_str(), gid) != 0 || ::setgid(gid) != 0 || ::setuid(uid) != 0) {
    throw ConfigError("user: cannot become " + user + ": " + std::strerror(errno) +
                      "; start as root or as that user and group, or take the key out");
  }
  // A change of identity leaves that to fs.suid_dumpable.
  forbid_core_dumps();
}

}  // namespace

unsigned long raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

void forbid_new_privileges() {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

void drop_privileges(const std::string& user, const std::string& group) {
  if (!user.empty()) become(user, group);
  // To root the system belongs with or without them: they would only be missed.
  if (::geteuid() != 0) give_up_capabilities();
}

}  // namespace clientid
