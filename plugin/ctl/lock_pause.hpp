// Between two transactions of a command that has many.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace clientid::ctl {

// As long as the last one took, since it `began`. Who waits for SQLite's lock tries again only every so often, and must
// find it free then.
inline void leave_lock_free(std::chrono::steady_clock::time_point began) {
  using Clock = std::chrono::steady_clock;
  std::this_thread::sleep_for(std::max<Clock::duration>(Clock::now() - began, std::chrono::milliseconds(10)));
}

}  // namespace clientid::ctl
