#include "plugin/store/event_loader.hpp"

#include <set>
#include <tuple>

namespace clientid {
namespace {

// But for the id, which is of the store.
bool before(const Event& one, const Event& other) {
  const auto all = [](const Event& event) {
    return std::tie(event.outcome, event.account, event.type, event.fingerprint, event.peer, event.network,
                    event.service, event.verdict, event.reason, event.detail);
  };
  return all(one) < all(other);
}

}  // namespace

EventLoader::EventLoader(Connection& connection)
    : connection_(connection),
      of_second_(connection, "SELECT " + std::string(EventRow::columns) + " FROM event WHERE at = :at") {
  of_second_.use(at_);
  row_.bind_into(of_second_);
}

void EventLoader::keep_missing(std::vector<Event>& events) {
  if (events.empty()) return;
  at_ = to_seconds(events.front().at);
  std::multiset<Event, decltype(&before)> there(&before);
  of_second_.for_each_row([&] { there.insert(row_.to_event(connection_)); });
  std::erase_if(events, [&](const Event& event) {
    const auto found = there.find(event);
    if (found == there.end()) return false;
    there.erase(found);
    return true;
  });
}

}  // namespace clientid
