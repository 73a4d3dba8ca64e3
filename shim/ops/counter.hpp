// What is counted: numbers that only rise, and how long something takes. To count is one relaxed addition (two for a
// histogram), without a lock and without memory, on any thread; a reader may see one number newer than another.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace clientid {

class Counter {
 public:
  void add(std::uint64_t some = 1) { value_.fetch_add(some, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// One for each value of a closed enumeration, whose last one is named.
template <auto last>
class CounterSet {
 public:
  using Label = decltype(last);
  static constexpr std::size_t size = static_cast<std::size_t>(last) + 1;

  Counter& operator[](Label label) { return counters_[static_cast<std::size_t>(label)]; }
  const Counter& operator[](Label label) const { return counters_[static_cast<std::size_t>(label)]; }

 private:
  std::array<Counter, size> counters_;
};

// Durations from a millisecond to a minute.
class Histogram {
 public:
  using Duration = std::chrono::steady_clock::duration;

  // In seconds; what is longer than the last one counts in none.
  static constexpr std::array bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                     0.25,  0.5,    1.0,   2.5,  5.0,   10.0, 60.0};

  void observe(Duration duration) {
    const double seconds = std::chrono::duration<double>(duration).count();
    std::size_t bucket = 0;
    while (bucket < bounds.size() && seconds > bounds[bucket]) ++bucket;
    buckets_[bucket].add();
    nanoseconds_.add(static_cast<std::uint64_t>(std::chrono::nanoseconds(duration).count()));
  }

  // How many were in this bucket alone; the one behind the last bound holds the rest.
  std::uint64_t in_bucket(std::size_t bucket) const { return buckets_[bucket].value(); }
  double sum() const { return static_cast<double>(nanoseconds_.value()) / 1e9; }  // seconds

 private:
  std::array<Counter, bounds.size() + 1> buckets_;
  Counter nanoseconds_;
};

}  // namespace clientid
