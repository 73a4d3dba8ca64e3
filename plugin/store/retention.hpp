// Forgets what is over, a little at a time: whoever wants to write meanwhile, as AUTH does, waits for one small
// transaction at most. Bindings are none of its business: one that is revoked or has expired is what keeps a device
// out.
#pragma once

#include "plugin/store/statement.hpp"

namespace clientid {

struct Removed {
  long long events = 0;
  long long restrictions = 0;
  long long sessions = 0;

  bool any() const { return events + restrictions + sessions > 0; }
  Removed& operator+=(const Removed& other) {
    events += other.events;
    restrictions += other.restrictions;
    sessions += other.sessions;
    return *this;
  }
};

class Retention {
 public:
  // Events from before `oldest`; restrictions that have ended and sessions whose lease has by `now`.
  Retention(Connection& connection, Time oldest, Time now)
      : connection_(connection), oldest_(to_seconds(oldest)), now_(now) {}

  // What there is to remove.
  Removed count();

  // Removes some of it in one transaction. None: there is nothing left.
  Removed remove_some();

  static constexpr long long batch = 500;

 private:
  Connection& connection_;
  long long oldest_;
  Time now_;
};

}  // namespace clientid
