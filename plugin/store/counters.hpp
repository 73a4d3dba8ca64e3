// The table of counters: attempts and failures by name (counted_names() of the policy) and slice of time.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "plugin/policy/facts.hpp"
#include "plugin/store/connection.hpp"

namespace clientid {

class Counters {
 public:
  explicit Counters(Connection& connection) : connection_(connection) {}

  // By name and moment.
  using Increments = std::map<std::pair<std::string, Time>, Tally>;
  void add(const Increments& increments);

  // Forgets what no window reaches any more, or only in more than a day, and the oldest beyond `max_rows`: whoever
  // makes up names to be counted under cannot fill the store.
  void purge(Time now);

  static constexpr long long max_rows = 200'000;

 private:
  Connection& connection_;
};

}  // namespace clientid
