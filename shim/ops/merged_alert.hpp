// What one message tells of: an alert, and how many like it there were.
#pragma once

#include <cstdint>

#include "plugin/policy/alert.hpp"

namespace clientid {

struct MergedAlert {
  Alert alert;  // the last of them
  Time first;
  Time last;
  std::uint64_t count = 1;

  friend bool operator==(const MergedAlert&, const MergedAlert&) = default;
};

}  // namespace clientid
