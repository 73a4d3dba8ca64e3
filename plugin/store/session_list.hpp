// Open sessions for people to look at: by device, with the binding that let each of them in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugin/store/sessions.hpp"

namespace clientid {

class Where;

struct ListedSession {
  OpenSession session;
  std::optional<std::int64_t> binding;  // or licence; none: the device is not bound to the account
  std::string label;                    // of that
};

// Asks the table of sessions for those that are open.
void add_open_sessions(Where& where, Time now);

// Those whose lease has not ended, of one account or of all. Ordered by account and device, the oldest of each first.
std::vector<ListedSession> list_sessions(Connection& connection, const std::optional<std::string>& account, Time now);

}  // namespace clientid
