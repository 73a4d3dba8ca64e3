#include "plugin/store/history.hpp"

#include "plugin/store/event_row.hpp"
#include "plugin/store/moved_devices.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {

void History::append(const std::vector<Event>& events) {
  if (events.empty()) return;
  Transaction transaction(connection_);

  EventRow row;
  Statement insert(
      connection_,
      "INSERT INTO event (at, outcome, account, type, fingerprint, peer, network, service, verdict, reason,"
      " detail) VALUES (:at, :outcome, :account, :type, :fingerprint, :peer, :network, :service, :verdict,"
      " :reason, :detail)");
  insert.use(row.at, row.outcome, row.event.account, row.event.type, row.event.fingerprint, row.event.peer,
             row.event.network, row.event.service, row.event.verdict, row.event.reason, row.event.detail);
  for (const auto& event : events) {
    row.event = event;
    row.at = to_seconds(event.at);
    row.outcome = name(event.outcome);
    insert.execute();
  }

  const long long kept = max_events;
  // With both ends, for of one alone a server without statistics thinks that it holds a third of all.
  Statement(connection_,
            "DELETE FROM event WHERE id BETWEEN (SELECT min(id) FROM event) AND (SELECT max(id) FROM event) - :kept",
            Statement::Kind::once)
      .use(kept)
      .execute();
  transaction.commit();
}

// Each is found by one step through the index: to look at all events of a device would be too much for who asks every
// second.
std::vector<std::string> History::fingerprints(const std::string& prefix) {
  std::vector<std::string> found;
  std::string low = prefix;
  const std::string high = prefix + "g";  // above every digit
  std::string next;
  Statement statement(connection_,
                      "SELECT fingerprint FROM event WHERE fingerprint >= :low AND fingerprint < :high"
                      " ORDER BY fingerprint LIMIT 1");
  statement.use(low, high).into(next);
  for (bool any = true; any;) {
    any = false;
    statement.for_each_row([&] { any = true; });
    if (!any) break;
    found.push_back(next);
    low = next + "!";  // the first string behind it that can be there
  }
  // X8: what it did before it was moved to another key is its history as well.
  MovedDevices moved(connection_);
  auto names = moved.find_all(prefix, max_events);
  names.insert(found.begin(), found.end());
  names = moved.all_names(std::move(names));
  return {names.begin(), names.end()};
}

Where History::where_of(const EventFilter& filter) {
  Where where;
  if (filter.account) where.add("account = :account", *filter.account);
  if (filter.since) where.add("at >= :since", to_seconds(*filter.since));
  if (filter.fingerprint_prefix) where.add_any("fingerprint", fingerprints(*filter.fingerprint_prefix));
  if (filter.after) where.add("id > :after", *filter.after);
  if (filter.up_to) where.add("id <= :up_to", *filter.up_to);
  return where;
}

std::vector<Event> History::list(const EventFilter& filter, long long most) {
  auto where = where_of(filter);
  std::vector<Event> events;
  EventRow row;
  Statement statement(connection_, "SELECT " + std::string(EventRow::columns) + " FROM event" + where.text() +
                                       " ORDER BY id LIMIT :most");
  row.bind_into(statement);
  where.bind(statement);
  statement.use(most).for_each_row([&] { events.push_back(row.to_event(connection_)); });
  return events;
}

std::int64_t History::newest() {
  long long id = 0;
  Statement(connection_, "SELECT coalesce(max(id), 0) FROM event").into(id).for_each_row([] {});
  return id;
}

std::int64_t History::before(Time since) {
  const long long last = newest();
  const long long at = to_seconds(since);
  long long id = 0;
  // As a sum, for with the bare id SQLite would go through all events of before.
  Statement(connection_, "SELECT coalesce(min(id + 0) - 1, :last) FROM event WHERE at >= :at")
      .use(last, at)
      .into(id)
      .for_each_row([] {});
  return id;
}

std::int64_t History::before_newest(const EventFilter& filter, long long count) {
  const long long last = newest();
  auto where = where_of(filter);
  long long id = 0;
  Statement statement(connection_, "SELECT coalesce(min(id) - 1, :last) FROM (SELECT id FROM event" + where.text() +
                                       " ORDER BY id DESC LIMIT :count) AS found");
  statement.use(last);
  where.bind(statement);
  statement.use(count).into(id).for_each_row([] {});
  return id;
}

}  // namespace clientid
