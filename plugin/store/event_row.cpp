#include "plugin/store/event_row.hpp"

namespace clientid {

void EventRow::bind_into(Statement& statement) {
  statement.into(id, at, outcome, event.account, event.type, event.fingerprint, event.peer, event.network,
                 event.service, event.verdict, event.reason, event.detail);
}

Event EventRow::to_event(const Connection& connection) const {
  const auto known = parse_outcome(outcome);
  if (!known) throw connection.error("event " + std::to_string(id) + " has an outcome that this program cannot read");
  Event read = event;
  read.id = id;
  read.at = from_seconds(at);
  read.outcome = *known;
  return read;
}

}  // namespace clientid
