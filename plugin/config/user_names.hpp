// Names of users and groups, as one types them; the number where there is none.
#pragma once

#include <sys/types.h>

#include <string>

namespace clientid {

std::string user_name(uid_t user);
std::string group_name(gid_t group);

}  // namespace clientid
