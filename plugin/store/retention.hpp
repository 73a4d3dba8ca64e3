// Forgets what is over, a little at a time: whoever wants to write meanwhile, as AUTH does, waits for one small
// transaction at most. Bindings are none of its business: one that is revoked or has expired is what keeps a device
// out.
#pragma once

#include <optional>
#include <string>

#include "plugin/store/moved_devices.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {

struct Removed {
  long long events = 0;
  long long restrictions = 0;
  long long sessions = 0;
  long long moves = 0;

  bool any() const { return events + restrictions + sessions + moves > 0; }
  Removed& operator+=(const Removed& other) {
    events += other.events;
    restrictions += other.restrictions;
    sessions += other.sessions;
    moves += other.moves;
    return *this;
  }
};

class Retention {
 public:
  // Events from before `oldest`; restrictions that have ended and sessions whose lease has by `now`; and where devices
  // were moved before `oldest` of which nothing else is kept.
  Retention(Connection& connection, Time oldest, Time now) : connection_(connection), oldest_(oldest), now_(now) {}

  // What there is to remove.
  Removed count();

  // Removes some of it in one transaction. None: there is nothing left.
  Removed remove_some();

  static constexpr long long batch = 500;

 private:
  Removed remove_ended();
  // Of the next ones: an empty set says that none are useless, nullopt that there are no more.
  std::optional<std::set<std::string>> useless_moves();

  Connection& connection_;
  Time oldest_;
  Time now_;
  std::string looked_at_;  // the last of the moves that were
};

}  // namespace clientid
