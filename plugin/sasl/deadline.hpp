// One moment by which a whole question must be answered, however many waits it takes. Milliseconds of a clock that
// nobody sets.
#pragma once

#include <time.h>

#include <cstdint>

namespace clientid {

class Deadline {
 public:
  explicit Deadline(int milliseconds) : end_(now() + std::int64_t{milliseconds} * 1'000'000) {}

  // What poll takes: rounded up, so that it never spins in the last millisecond; 0 when the time is over.
  int remaining() const {
    const std::int64_t left = end_ - now();
    return left <= 0 ? 0 : static_cast<int>((left + 999'999) / 1'000'000);
  }

 private:
  static std::int64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  }

  std::int64_t end_;  // nanoseconds
};

}  // namespace clientid
