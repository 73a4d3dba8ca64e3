#include "plugin/policy/two_places.hpp"

#include <doctest/doctest.h>

#include "tests/unit/temporary_store.hpp"

using namespace clientid;
using namespace std::chrono_literals;

namespace {

const Time start{1'700'000'000s};

const GeoLocation berlin{"DE", 52.52, 13.405};
const GeoLocation munich{"DE", 48.137, 11.575};
const GeoLocation paris{"FR", 48.857, 2.352};       // 878 km from Berlin
const GeoLocation new_york{"US", 40.713, -74.006};  // 6385 km from Berlin
const GeoLocation somewhere_in_japan{"JP", std::nullopt, std::nullopt};

Attempt attempt() {
  Attempt made;
  made.account = "alice@example.com";
  made.device = Device{"uuid", Fingerprint({7}), nullptr};
  made.peer = Address::parse("198.51.100.9");
  made.at = start;
  return made;
}

Facts seen(const GeoLocation& before, std::chrono::seconds ago, const std::optional<GeoLocation>& here) {
  Facts facts;
  facts.last_sighting = Sighting{*Address::parse("203.0.113.1"), start - ago, before};
  facts.location = here;
  return facts;
}

std::string conflict(const Facts& facts) {
  return location_conflict(attempt(), facts).value_or("none");
}

}  // namespace

TEST_CASE("U6.2.4 two places closer in time than an airliner flies") {
  CHECK(conflict(seen(new_york, 1h, berlin)) == "in DE, and 1h before in US");
  // 6385 km: 100 for what the database does not know, and 900 an hour.
  CHECK(conflict(seen(new_york, 6h + 55min, berlin)) == "in DE, and 415m before in US");
  CHECK(conflict(seen(new_york, 7h, berlin)) == "none");
  CHECK(conflict(seen(paris, 50min, berlin)) == "in DE, and 50m before in FR");
  CHECK(conflict(seen(paris, 53min, berlin)) == "none");
}

TEST_CASE("U6.2.4 an hour leads 1000 kilometres away and no further") {
  constexpr double degree = 111.195080;  // on the equator, in kilometres
  const GeoLocation here{"GA", 0, 10};
  CHECK(conflict(seen({"CG", 0, 10 + 999.5 / degree}, 1h, here)) == "none");
  CHECK(conflict(seen({"CG", 0, 10 + 1000.5 / degree}, 1h, here)) == "in GA, and 1h before in CG");
}

TEST_CASE("U6.2.4 across a border nearby nobody needs to fly") {
  const GeoLocation basel{"CH", 47.56, 7.59};
  const GeoLocation saint_louis{"FR", 47.59, 7.57};
  CHECK(conflict(seen(basel, 0s, saint_louis)) == "none");
}

TEST_CASE("U6.2.4 within a country there is no conflict, however far") {
  CHECK(conflict(seen(munich, 0s, berlin)) == "none");
  CHECK(conflict(seen({"US", 21.3, -157.86}, 1s, new_york)) == "none");
}

TEST_CASE("U6.2.4 countries without coordinates are so far apart as travel-time says") {
  auto facts = seen(somewhere_in_japan, 2h - 1s, berlin);
  CHECK(conflict(facts) == "in DE, and 7199s before in JP");
  facts = seen(somewhere_in_japan, 2h, berlin);
  CHECK(conflict(facts) == "none");
  facts.settings.travel_time = 3h;
  CHECK(conflict(facts) == "in DE, and 2h before in JP");
  facts.settings.travel_time = 0s;
  CHECK(conflict(facts) == "none");
}

TEST_CASE("U6.2.4 where the place is not known, two networks at the same moment") {
  Facts facts;
  CHECK(conflict(facts) == "none");
  facts.sessions = 3;
  CHECK(conflict(facts) == "none");
  facts.sessions_elsewhere = 2;
  CHECK(conflict(facts) == "2 open in other networks");
  // Where it was before says nothing without a place of now.
  facts = seen(new_york, 1s, std::nullopt);
  CHECK(conflict(facts) == "none");
  facts.sessions_elsewhere = 1;
  CHECK(conflict(facts) == "1 open in other networks");
}

TEST_CASE("U6.2.4 where the place is known, networks say nothing: a phone leaves its Wi-Fi") {
  auto facts = seen(munich, 1s, berlin);
  facts.sessions_elsewhere = 1;
  CHECK(conflict(facts) == "none");
  facts.last_sighting->location.reset();
  CHECK(conflict(facts) == "none");
  facts.last_sighting.reset();
  CHECK(conflict(facts) == "none");
}

TEST_CASE("UC4 U6.2.4 what many use is in many places") {
  auto facts = seen(new_york, 1h, berlin);
  facts.sessions_elsewhere = 1;
  facts.type.shared = true;
  CHECK(conflict(facts) == "none");
  facts.location.reset();
  CHECK(conflict(facts) == "none");
  facts.type.shared = false;
  CHECK(conflict(facts) == "1 open in other networks");
  facts.licence = binding("*", 1);
  CHECK(conflict(facts) == "none");
  facts.licence->state = BindingState::suspended;
  CHECK(conflict(facts) == "1 open in other networks");
}

TEST_CASE("D7.3 a device that does not count is nowhere") {
  auto facts = seen(new_york, 1h, berlin);
  facts.sessions_elsewhere = 1;
  facts.type.flags = {TypeFlag::system_log, TypeFlag::user_log};
  CHECK(conflict(facts) == "none");
  facts.location.reset();
  CHECK(conflict(facts) == "none");
  facts.type = {};
  auto without = attempt();
  without.device.reset();
  CHECK_FALSE(location_conflict(without, facts));
  CHECK(location_conflict(attempt(), facts));
}

TEST_CASE("U6.2.4 a sighting of before the clock was put back is as far away as the clocks say") {
  CHECK(conflict(seen(new_york, -1h, berlin)) == "in DE, and 1h before in US");
  CHECK(conflict(seen(new_york, -24h, berlin)) == "none");
}
