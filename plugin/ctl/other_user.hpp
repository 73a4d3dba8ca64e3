// What another user of the machine may do, found out by becoming that user for a moment, in a process of its own.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace clientid::ctl {

struct OtherUser {
  std::string name;  // empty: this one
  std::string root;  // of its chroot; empty: none

  // 0 or errno; nothing where we cannot become that user.
  std::optional<int> connect(const std::string& socket) const;
  std::optional<int> enter(const std::string& directory) const;  // and reach what is in it

  // The first directory on the way to `path` that keeps it out; empty where none does.
  std::string obstacle(const std::string& path) const;
  std::string group() const;  // its own
};

}  // namespace clientid::ctl
