// Time as the counters have it: in slices, so that one row holds what happened in one.
#pragma once

#include "plugin/store/statement.hpp"

namespace clientid {

inline constexpr std::chrono::seconds slice_length{10};

// The slice that holds this moment, named by its first second.
inline long long slice_of(Time at) {
  return to_seconds(at) / slice_length.count() * slice_length.count();
}

}  // namespace clientid
