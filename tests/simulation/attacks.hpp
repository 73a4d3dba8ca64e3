// The attacks that the draft speaks of, each against the same site.
#pragma once

#include <string_view>
#include <vector>

#include "tests/simulation/population.hpp"

namespace clientid {

struct Attack {
  std::string_view name;
  std::vector<Try> tries;  // in the order of time
  bool has_token;          // of a device that is bound to the account
  unsigned detect_within;  // failures; 0: need not be
};

// 10,000 addresses guess the password of one account, each with a token of its own.
Attack botnet_on_one_account(const Population& population, Time start, std::mt19937& random);
// One device tries a few common passwords on all accounts.
Attack spray_from_one_device(const Population& population, Time start, std::mt19937& random);
// The password is known, and no token.
Attack stolen_password(const Population& population, Time start, std::mt19937& random);
// The token of a bound device is known, and its password guessed from elsewhere.
Attack stolen_token(const Population& population, Time start, std::mt19937& random);
// One hostile device behind an address that thousands share.
Attack hostile_neighbour(const Population& population, Time start, std::mt19937& random);

}  // namespace clientid
