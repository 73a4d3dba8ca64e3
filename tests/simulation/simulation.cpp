// A day of ordinary use by 1,000 accounts, overlaid in turn with the attacks that the draft speaks of. It prints, for
// each, what was stopped, after how many attempts it was found out, and which ordinary users it hurt; and fails where
//   - a device is refused on its own account (X2),
//   - an attack without a token of the account gets in,
//   - detection comes later than it should (UC7).
#include <cstdio>
#include <set>

#include "tests/simulation/attacks.hpp"

namespace {

using namespace clientid;
using namespace std::chrono_literals;

const Time start{1'800'000'000s};

// How the people of the site fared: by the number of the act, what was refused though the password was right.
struct People {
  std::set<std::size_t> refused;
  unsigned own_devices_refused = 0;
};

struct Attackers {
  unsigned tries = 0;
  unsigned passwords_asked = 0;
  unsigned got_in = 0;
  unsigned failures = 0;
  unsigned detected_after = 0;  // failures; 0: never
};

bool got_in(Outcome outcome) {
  return outcome == Outcome::authenticated || outcome == Outcome::enrolled;
}

void live(SimulatedSite& site, const Act& act, std::size_t number, People& people) {
  const auto result = site.attempt(act.tried);
  if (act.tried.right && !got_in(result.outcome)) {
    people.refused.insert(number);
    if (act.bound) ++people.own_devices_refused;
  }
}

void fight(SimulatedSite& site, const Try& tried, Attackers& attackers) {
  const auto result = site.attempt(tried);
  ++attackers.tries;
  if (result.password_was_asked) ++attackers.passwords_asked;
  if (got_in(result.outcome)) {
    ++attackers.got_in;
  } else {
    ++attackers.failures;
  }
  if (attackers.detected_after == 0 && !site.take_detections().empty()) {
    attackers.detected_after = attackers.failures;
  }
}

struct Day {
  People people;
  Attackers attackers;
};

Day run(const Population& population, const std::vector<Act>& acts, const Attack* attack, const char* mode) {
  SimulatedSite site({std::string("mode=") + mode});
  population.bind_devices(site);
  Day day;
  auto next = attack == nullptr ? std::vector<Try>::const_iterator() : attack->tries.begin();
  for (std::size_t number = 0; number < acts.size(); ++number) {
    const auto& act = acts[number];
    for (; attack != nullptr && next != attack->tries.end() && next->at <= act.tried.at; ++next) {
      // What ordinary users did just before is not found out by the attack.
      if (day.attackers.detected_after == 0) site.take_detections();
      fight(site, *next, day.attackers);
    }
    live(site, act, number, day.people);
  }
  return day;
}

// How many more than on a quiet day.
std::size_t hurt(const People& people, const People& quiet) {
  std::size_t more = 0;
  for (const auto number : people.refused) more += quiet.refused.contains(number) ? 0 : 1;
  return more;
}

bool meets_goals(const Attack& attack, const Day& day) {
  bool good = true;
  const auto fail = [&](const char* what) {
    std::printf("  FAILED: %s\n", what);
    good = false;
  };
  if (day.people.own_devices_refused > 0) fail("a device was refused on its own account");
  if (!attack.has_token && day.attackers.got_in > 0) fail("the attack got in without a token of the account");
  const bool in_time = day.attackers.detected_after > 0 && day.attackers.detected_after <= attack.detect_within;
  if (attack.detect_within > 0 && !in_time) fail("the attack was not detected in time");
  return good;
}

bool run_all(const char* mode) {
  std::mt19937 random(20);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same each time
  const auto population = make_population(random);
  const auto acts = make_day(population, start, random);
  const auto quiet = run(population, acts, nullptr, mode);
  std::printf("mode=%s, %zu accounts, %zu logins in the day; refused without an attack: %zu, own devices: %u\n", mode,
              population.people.size(), acts.size(), quiet.people.refused.size(), quiet.people.own_devices_refused);
  std::printf("%-40s %8s %8s %8s %8s %12s %12s\n", "attack", "tries", "checked", "got in", "found", "own devices",
              "other users");
  bool good = quiet.people.own_devices_refused == 0;
  for (auto* const make :
       {botnet_on_one_account, spray_from_one_device, stolen_password, stolen_token, hostile_neighbour}) {
    const auto attack = make(population, start, random);
    const auto day = run(population, acts, &attack, mode);
    std::printf("%-40s %8u %8u %8u %8u %12u %12zu\n", std::string(attack.name).c_str(), day.attackers.tries,
                day.attackers.passwords_asked, day.attackers.got_in, day.attackers.detected_after,
                day.people.own_devices_refused, hurt(day.people, quiet.people));
    good &= meets_goals(attack, day);
  }
  std::printf("\n");
  return good;
}

}  // namespace

int main() {
  std::printf(
      "checked: so often the password was asked for. found: detected after so many failures.\n"
      "own devices, other users: refused with the right password, and not so on a day without attack.\n\n");
  bool good = true;
  for (const auto* mode : {"enforce", "quarantine"}) good &= run_all(mode);
  return good ? 0 : 1;
}
