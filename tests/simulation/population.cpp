#include "tests/simulation/population.hpp"

#include <algorithm>

namespace clientid {
namespace {

constexpr unsigned accounts = 1000;
constexpr unsigned people_in_office = 50;
constexpr unsigned carrier_addresses = 8;
constexpr unsigned logins_of_device = 4;  // about so many a day
constexpr auto day = 24 * 60 * 60;
constexpr auto old_password_every = 5 * 60;

constexpr unsigned first_home = 0x10000;
constexpr unsigned first_office = 0x20000;
constexpr unsigned first_carrier = 0x30000;

// True once in `times`.
bool once_in(unsigned times, std::mt19937& random) {
  return random() % times == 0;
}

std::string right_password(const Person& person) {
  return "right " + person.account;
}

Address whereabouts(const Population& population, const Person& person, const Owned& owned, unsigned second,
                    std::mt19937& random) {
  const bool at_work = second > 8 * 3600 && second < 17 * 3600;
  if (!owned.mobile) return at_work ? person.office : person.home;
  // A phone is on the carrier's network half of the time, and each time behind another of its addresses.
  if (once_in(2, random)) return population.carrier[random() % population.carrier.size()];
  return at_work ? person.office : person.home;
}

void add_logins(const Population& population, const Person& person, const Owned& owned, Time start,
                std::mt19937& random, std::vector<Act>& acts) {
  const unsigned logins = logins_of_device / 2 + random() % logins_of_device;
  for (unsigned i = 0; i < logins; ++i) {
    const unsigned second = random() % day;
    const auto at = start + std::chrono::seconds(second);
    const auto peer = whereabouts(population, person, owned, second, random);
    // One in fifty passwords is mistyped, and typed again.
    if (once_in(50, random)) acts.push_back({{at, person.account, owned.device, peer, "typo", false}, owned.bound});
    acts.push_back({{at, person.account, owned.device, peer, right_password(person), true}, owned.bound});
  }
}

}  // namespace

Fingerprint random_fingerprint(std::mt19937& random) {
  std::array<std::uint8_t, Fingerprint::size> octets{};
  for (auto& octet : octets) octet = static_cast<std::uint8_t>(random());
  return Fingerprint(octets);
}

Address ipv4(unsigned number) {
  return *Address::parse("10." + std::to_string(number >> 16U) + "." + std::to_string(number >> 8U & 0xffU) + "." +
                         std::to_string(number & 0xffU));
}

void Population::bind_devices(SimulatedSite& site) const {
  for (const auto& person : people) {
    for (const auto& owned : person.devices) {
      if (owned.bound) site.bind(person.account, owned.device);
    }
  }
}

Population make_population(std::mt19937& random) {
  Population population;
  for (unsigned i = 0; i < carrier_addresses; ++i) population.carrier.push_back(ipv4(first_carrier + i));
  for (unsigned i = 0; i < accounts; ++i) {
    Person person{.account = "user" + std::to_string(i) + "@example.com",
                  .devices = {},
                  .home = ipv4(first_home + i),
                  .office = ipv4(first_office + i / people_in_office),
                  .printer = once_in(20, random),
                  .forgetful = once_in(100, random)};
    const unsigned devices = 1 + random() % 4;
    for (unsigned j = 0; j < devices; ++j) {
      person.devices.push_back({random_fingerprint(random), !once_in(40, random), once_in(2, random)});
    }
    population.people.push_back(std::move(person));
  }
  return population;
}

std::vector<Act> make_day(const Population& population, Time start, std::mt19937& random) {
  std::vector<Act> acts;
  for (const auto& person : population.people) {
    for (const auto& owned : person.devices) add_logins(population, person, owned, start, random, acts);
    for (unsigned second = random() % old_password_every; person.forgetful && second < day;
         second += old_password_every) {
      const auto& first = person.devices.front();
      acts.push_back({{start + std::chrono::seconds(second), person.account, first.device, person.home, "old", false},
                      first.bound});
    }
    for (unsigned i = 0; person.printer && i < logins_of_device; ++i) {
      const auto at = start + std::chrono::seconds(random() % day);
      acts.push_back({{at, person.account, std::nullopt, person.home, right_password(person), true}, false});
    }
  }
  std::stable_sort(acts.begin(), acts.end(), [](const Act& a, const Act& b) { return a.tried.at < b.tried.at; });
  return acts;
}

}  // namespace clientid
