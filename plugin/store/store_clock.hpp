// The time by which a store is kept: that of the server that has it, so that hosts agree on it whose own clocks do not.
// A file has no clock, and who uses it has one.
#pragma once

#include <chrono>
#include <optional>

#include "plugin/policy/time.hpp"
#include "plugin/store/connection.hpp"

namespace clientid {

class StoreClock {
 public:
  explicit StoreClock(Connection& connection) : connection_(connection) {}

  // `here` is the time by our own clock, and counts where there is no server. That is asked at least every 30 seconds.
  // Throws StoreError.
  Time now(Time here);

 private:
  using Steady = std::chrono::steady_clock;

  void ask();

  Connection& connection_;
  std::chrono::sys_time<std::chrono::milliseconds> told_;  // the last time, by the server
  std::optional<Steady::time_point> asked_;                // and when that was
};

}  // namespace clientid
