// Finds out which events of another store this one lacks. Events have no name of their own: those of the same second
// are compared as a whole, so that two that are alike stay two, and nothing is added by a second try.
#pragma once

#include <vector>

#include "plugin/store/event_row.hpp"

namespace clientid {

class EventLoader {
 public:
  explicit EventLoader(Connection& connection);

  // Takes off `events` what the store has. All of them are of one second, and all of that second are among them.
  void keep_missing(std::vector<Event>& events);

 private:
  Connection& connection_;
  long long at_ = 0;
  EventRow row_;
  Statement of_second_;
};

}  // namespace clientid
