#include "tests/simulation/attacks.hpp"

namespace clientid {
namespace {

using namespace std::chrono_literals;

constexpr unsigned attackers = 0x40000;  // the first of their addresses
constexpr auto noon = 12h;

std::string guess(unsigned number) {
  return "guess " + std::to_string(number);
}

}  // namespace

Attack botnet_on_one_account(const Population& population, Time start, std::mt19937& random) {
  constexpr unsigned bots = 10'000;
  Attack attack{"botnet on one account", {}, false, 100};
  const auto& victim = population.people.front();
  for (unsigned i = 0; i < bots; ++i) {
    // It comes upon the password before half of its guesses are used up.
    const bool right = i % 4000 == 3999;
    attack.tries.push_back({start + noon + i / 5 * 1s, victim.account, random_fingerprint(random), ipv4(attackers + i),
                            right ? "right " + victim.account : guess(i), right});
  }
  return attack;
}

Attack spray_from_one_device(const Population& population, Time start, std::mt19937& random) {
  Attack attack{"spray from one device", {}, false, 20};
  const auto device = random_fingerprint(random);
  unsigned second = 0;
  for (unsigned round = 0; round < 3; ++round) {
    for (const auto& person : population.people) {
      // Few have a password as common as that.
      const bool right = random() % 300 == 0;
      attack.tries.push_back(
          {start + noon + second++ * 1s, person.account, device, ipv4(attackers), guess(round), right});
    }
  }
  return attack;
}

Attack stolen_password(const Population& population, Time start, std::mt19937& random) {
  constexpr unsigned tries = 500;
  Attack attack{"stolen password, no token", {}, false, 0};
  const auto& victim = population.people[1];
  for (unsigned i = 0; i < tries; ++i) {
    attack.tries.push_back({start + i * 150s, victim.account, std::nullopt, ipv4(attackers + random() % 50),
                            "right " + victim.account, true});
  }
  return attack;
}

Attack stolen_token(const Population& population, Time start, std::mt19937& random) {
  constexpr unsigned tries = 1000;
  Attack attack{"stolen token, from elsewhere", {}, true, 0};
  const auto& victim = population.people[2];
  for (unsigned i = 0; i < tries; ++i) {
    attack.tries.push_back({start + noon + i * 5s, victim.account, victim.devices.front().device,
                            ipv4(attackers + random() % 3), guess(i), false});
  }
  return attack;
}

Attack hostile_neighbour(const Population& population, Time start, std::mt19937& random) {
  Attack attack{"hostile device behind a shared address", {}, false, 20};
  const auto device = random_fingerprint(random);
  unsigned second = 0;
  for (unsigned round = 0; round < 3; ++round) {
    for (const auto& person : population.people) {
      attack.tries.push_back({start + noon + second++ * 3s, person.account, device, population.carrier.front(),
                              guess(round), random() % 300 == 0});
    }
  }
  return attack;
}

}  // namespace clientid
