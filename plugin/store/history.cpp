#include "plugin/store/history.hpp"

#include <array>
#include <utility>

#include "plugin/store/statement.hpp"
#include "plugin/store/where.hpp"

namespace clientid {
namespace {

constexpr std::array<std::pair<Outcome, std::string_view>, 7> outcomes = {{
    {Outcome::authenticated, "authenticated"},
    {Outcome::enrolled, "enrolled"},
    {Outcome::quarantined, "quarantined"},
    {Outcome::refused, "refused"},
    {Outcome::failed, "failed"},
    {Outcome::unavailable, "unavailable"},
    {Outcome::changed, "changed"},
}};

Outcome parse_outcome(const Connection& connection, long long id, std::string_view text) {
  for (const auto& [outcome, known] : outcomes) {
    if (known == text) return outcome;
  }
  throw connection.error("event " + std::to_string(id) + " has an outcome that this program cannot read");
}

// An event as its columns; those that are text in both stay in `event`.
struct EventRow {
  long long id = 0;
  long long at = 0;
  std::string outcome;
  Event event;
};

}  // namespace

std::string_view name(Outcome outcome) {
  for (const auto& [known, text] : outcomes) {
    if (known == outcome) return text;
  }
  return {};
}

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
  Statement(connection_, "DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - :kept").use(kept).execute();
  transaction.commit();
}

std::vector<Event> History::list(const EventFilter& filter) {
  Where where;
  if (filter.account) where.add("account = :account", *filter.account);
  if (filter.since) where.add("at >= :since", to_seconds(*filter.since));
  if (filter.fingerprint_prefix) where.add_prefix("fingerprint", *filter.fingerprint_prefix);
  if (filter.after) where.add("id > :after", *filter.after);

  std::vector<Event> events;
  EventRow row;
  Statement statement(
      connection_,
      "SELECT id, at, outcome, account, type, fingerprint, peer, network, service, verdict, reason, detail"
      " FROM event" +
          where.text() + " ORDER BY id");
  statement.into(row.id, row.at, row.outcome, row.event.account, row.event.type, row.event.fingerprint, row.event.peer,
                 row.event.network, row.event.service, row.event.verdict, row.event.reason, row.event.detail);
  where.bind(statement);
  statement.for_each_row([&] {
    row.event.id = row.id;
    row.event.at = from_seconds(row.at);
    row.event.outcome = parse_outcome(connection_, row.id, row.outcome);
    events.push_back(row.event);
  });
  return events;
}

}  // namespace clientid
