// Which of several back ends to try, by what came of it the last time. One that failed is passed over for a while, so
// that not every client waits for it; then one session tries it first, and the others go on without it.
//
// Shared by the sessions of all threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace clientid {

class BackendHealth {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  static constexpr auto pause = std::chrono::seconds(30);

  explicit BackendHealth(
      std::size_t backends, std::function<TimePoint()> clock = [] { return std::chrono::steady_clock::now(); })
      : retry_at_(backends), clock_(std::move(clock)) {}

  // For one session: all of them, those that work first, each group as configured.
  std::vector<std::size_t> order();

  // How many did not fail the last time, or were not tried yet.
  std::size_t working();

  // What came of it. True where that is news.
  bool worked(std::size_t backend);
  bool failed(std::size_t backend);

 private:
  std::mutex mutex_;
  std::vector<std::optional<TimePoint>> retry_at_;  // none: it works
  std::function<TimePoint()> clock_;
};

}  // namespace clientid
