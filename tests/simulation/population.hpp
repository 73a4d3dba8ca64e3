// A day in the life of a site: who logs in, with what device, from where. Made up by a seed, the same each time.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/simulation/simulated_site.hpp"

namespace clientid {

struct Owned {
  Fingerprint device;
  bool bound;   // else it is new today
  bool mobile;  // changes between home, office and the carrier
};

struct Person {
  std::string account;
  std::vector<Owned> devices;
  Address home;
  Address office;  // of some fifty people
  bool printer;    // sends without identity, from home
  bool forgetful;  // its first device has an old password, and tries it all day
};

struct Population {
  std::vector<Person> people;
  std::vector<Address> carrier;  // the addresses that all phones share

  void bind_devices(SimulatedSite& site) const;
};

// What one of the people did.
struct Act {
  Try tried;
  bool bound = false;  // by a device that is bound to the account
};

Fingerprint random_fingerprint(std::mt19937& random);
Address ipv4(unsigned number);  // 10.0.0.0 and up

Population make_population(std::mt19937& random);

// In the order of time; the day begins at `start`.
std::vector<Act> make_day(const Population& population, Time start, std::mt19937& random);

}  // namespace clientid
