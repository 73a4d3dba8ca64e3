// Times, durations and rates: what is taken means the same when it is written again.
#include "plugin/policy/time.hpp"

#include "plugin/policy/rate.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clientid {

void fuzz(std::string_view input) {
  constexpr Time start{std::chrono::seconds(1'700'000'000)};
  if (const auto time = parse_time(input, start)) {
    const auto text = format_time(*time);
    require(parse_time(text, start) == time, "a time is read as it was written");
    require(text.size() == std::string_view("2026-12-31T23:59:59Z").size(), "a year has four digits");
    require(parse_duration(input).has_value() || text.starts_with(input), "no time is taken for another");
  }
  if (const auto duration = parse_duration(input)) {
    require(duration->count() >= 0, "a duration goes forward");
    require(parse_duration(format_duration(*duration)) == duration, "a duration is read as it was written");
  }
  const auto rate = parse_rate(input);
  require(!rate || parse_rate(to_string(*rate)) == rate, "a rate is read as it was written");
}

}  // namespace clientid
