// Lets one of many like lines into the log each second or other interval, and counts the others: who is flooded has
// other worries.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

namespace clientid::log {

class Throttle {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Throttle(Clock::duration interval = std::chrono::seconds(1)) : interval_(interval) {}

  // How many there were since the last line, this one included; nothing where it is too early for another line.
  std::optional<unsigned> pass(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    ++count_;
    if (last_ && now - *last_ < interval_) return std::nullopt;
    last_ = now;
    return std::exchange(count_, 0);
  }

 private:
  Clock::duration interval_;
  std::mutex mutex_;
  std::optional<Clock::time_point> last_;
  unsigned count_ = 0;
};

}  // namespace clientid::log
