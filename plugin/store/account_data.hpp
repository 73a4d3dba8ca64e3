// All that the store keeps about one account, for a holder who asks what that is, or that it be removed. It goes a
// little at a time: whoever wants to write meanwhile, as AUTH does, waits for one small transaction at most.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "plugin/store/sessions.hpp"

namespace clientid {

struct AccountCounts {
  long long bindings = 0;
  long long events = 0;
  long long settings = 0;
  long long restrictions = 0;
  long long counters = 0;
  long long sessions = 0;
  long long moves = 0;  // of devices that no other account knows

  bool any() const { return bindings + events + settings + restrictions + counters + sessions + moves > 0; }
  AccountCounts& operator+=(const AccountCounts& other) {
    bindings += other.bindings;
    events += other.events;
    settings += other.settings;
    restrictions += other.restrictions;
    counters += other.counters;
    sessions += other.sessions;
    moves += other.moves;
    return *this;
  }
};

// What was counted in ten seconds.
struct StoredCounter {
  std::string name;  // counted_names() of the policy
  Time at;
  long long attempts = 0;
  long long failures = 0;
};

class AccountData {
 public:
  // Canonical, or as the history has it.
  AccountData(Connection& connection, std::string account);

  AccountCounts count();

  // Removes some of it in one transaction, and gives what. None: there is nothing left.
  AccountCounts remove_some();

  void counters(const std::function<void(const StoredCounter&)>& take);
  void sessions(const std::function<void(const OpenSession&)>& take);

  static constexpr long long batch = 500;

 private:
  long long count_in(const std::string& table, const std::string& column);
  long long remove_from(const std::string& table, const std::string& column);
  std::set<std::string> useless_moves();

  Connection& connection_;
  std::string account_;
  std::string of_account_;         // names of counters
  std::string device_on_account_;  // what stands in them behind the fingerprint
  long long device_on_account_size_;
  bool moves_are_gone_ = false;
};

}  // namespace clientid
