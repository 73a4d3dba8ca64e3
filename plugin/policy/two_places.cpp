#include "plugin/policy/two_places.hpp"

namespace clientid {
namespace {

using FractionalHours = std::chrono::duration<double, std::ratio<3600>>;

constexpr double airliner = 900;  // kilometres an hour
constexpr double blur = 100;      // kilometres: what such databases know of an address

bool could_travel(const GeoLocation& from, const GeoLocation& to, std::chrono::seconds apart,
                  std::chrono::seconds travel_time) {
  const auto distance = kilometres(from, to);
  if (!distance) return apart >= travel_time;
  return *distance <= blur + airliner * FractionalHours(apart).count();
}

}  // namespace

std::optional<std::string> location_conflict(const Attempt& attempt, const Facts& facts) {
  if (counted_device(attempt, facts) == nullptr || is_used_by_many(attempt, facts)) return std::nullopt;
  const auto& last = facts.last_sighting;
  if (facts.location && last && last->location) {
    // Where the clock was put back meanwhile, the sighting is in what has become the future.
    const auto apart = std::chrono::abs(attempt.at - last->at);
    if (last->location->country == facts.location->country ||
        could_travel(*last->location, *facts.location, apart, facts.settings.travel_time)) {
      return std::nullopt;
    }
    return "in " + facts.location->country + ", and " + format_duration(apart) + " before in " +
           last->location->country;
  }
  // Who comes by no network is in no other one either.
  if (attempt.peer && !facts.location && facts.sessions_elsewhere > 0) {
    return std::to_string(facts.sessions_elsewhere) + " open in other networks";
  }
  return std::nullopt;
}

}  // namespace clientid
