#include "plugin/config/user_names.hpp"

#include <grp.h>
#include <pwd.h>

#include <array>

namespace clientid {
namespace {

using Space = std::array<char, 4096>;

}  // namespace

std::string user_name(uid_t user) {
  Space space{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(user, &entry, space.data(), space.size(), &found);
  return found == nullptr ? std::to_string(user) : entry.pw_name;
}

std::string group_name(gid_t group) {
  Space space{};
  ::group entry{};
  ::group* found = nullptr;
  ::getgrgid_r(group, &entry, space.data(), space.size(), &found);
  return found == nullptr ? std::to_string(group) : entry.gr_name;
}

}  // namespace clientid
