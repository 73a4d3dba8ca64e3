// What there is and what happened, in numbers; the store does the counting.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugin/policy/time.hpp"
#include "plugin/store/connection.hpp"
#include "plugin/store/where.hpp"

namespace clientid {

// Names with their counts, the highest first.
using Counted = std::vector<std::pair<std::string, long long>>;

struct BindingNumbers {  // without licences
  long long accounts = 0;
  Counted states;         // in force
  long long expired = 0;  // in whatever state
  Counted types;
};

struct SessionNumbers {
  long long open = 0;
  long long devices = 0;
};

struct RestrictionNumber {
  std::string effect;
  std::string kind;
  long long count = 0;
};

struct AttemptNumbers {
  long long all = 0;
  Counted outcomes;
  Counted verdicts;
  Counted reasons;  // of refusals by verdict
};

struct Hour {
  Time start;
  long long attempts = 0;
  long long refused = 0;  // by verdict, or for the password
};

// "attempts" are events but those that operators and detection made. An attempt is refused if its outcome is refused or
// failed.
class Statistics {
 public:
  // Of all; of an account; or, with "@example.com", of all accounts of the domain.
  Statistics(Connection& connection, std::string scope, Time now);

  BindingNumbers bindings();
  long long licences();  // whatever the scope: they are of any account
  SessionNumbers sessions();
  std::vector<RestrictionNumber> restrictions();  // with a scope, those of accounts in it

  AttemptNumbers attempts(Time since);
  // Where most was refused, with the counts of it.
  Counted accounts(Time since) { return most_refused("account", since); }
  Counted devices(Time since) { return most_refused("fingerprint", since); }  // fingerprints
  Counted networks(Time since) { return most_refused("network", since); }

  static constexpr std::size_t hours = 24;
  // Whole ones, the oldest first; the last is the one that is going on.
  std::array<Hour, hours> day();

 private:
  void limit_to_scope(Where& where) const;
  Where attempts_since(Time since) const;
  Counted most_refused(const std::string& column, Time since);

  Connection& connection_;
  std::string scope_;
  Time now_;
};

}  // namespace clientid
