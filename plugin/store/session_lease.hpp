// For how long a session counts as open after its process has last said so.
#pragma once

#include "plugin/policy/time.hpp"
#include "plugin/store/clock_tolerance.hpp"

namespace clientid {

inline constexpr std::chrono::seconds session_lease{90};

// No lease ends later. One that does was given before the clock was put back: its process is gone, or says anew soon
// that the session is open.
inline Time latest_lease(Time now) {
  return now + session_lease + clock_tolerance;
}

}  // namespace clientid
