#include "plugin/store/retention.hpp"

#include <doctest/doctest.h>

#include "plugin/store/history.hpp"
#include "plugin/store/restrictions.hpp"
#include "plugin/store/session_list.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

void happen(Connection& connection, long long count, long long when) {
  Event event;
  event.at = at(when);
  History(connection).append(std::vector<Event>(static_cast<std::size_t>(count), event));
}

}  // namespace

TEST_CASE("what is old goes in small transactions, and what is younger stays") {
  const TemporaryStore store;
  auto connection = store.open();
  happen(connection, Retention::batch + 3, 0);
  happen(connection, 4, 100);
  Retention retention(connection, at(100), at(1000));
  CHECK(retention.count().events == Retention::batch + 3);
  CHECK(retention.remove_some().events == Retention::batch);
  CHECK(retention.count().events == 3);
  CHECK(retention.remove_some().events == 3);
  CHECK_FALSE(retention.remove_some().any());
  CHECK(number(connection, "SELECT count(*) FROM event") == 4);
}

TEST_CASE("restrictions and sessions go when they have ended, whatever the age of the history") {
  const TemporaryStore store;
  auto connection = store.open();
  Restrictions restrictions(connection);
  for (const long long until : {9, 10, 11}) {
    restrictions.put({.kind = Restricted::account, .subject = std::to_string(until), .until = at(until)});
  }
  restrictions.put({.kind = Restricted::account, .subject = "for ever"});
  Sessions sessions(connection);
  for (const long long lease : {9, 10, 11}) sessions.open({{.holder = "me", .number = lease}}, at(lease));

  Retention retention(connection, at(0), at(10));
  const auto there = retention.count();
  CHECK(there.restrictions == 2);
  CHECK(there.sessions == 2);
  const auto removed = retention.remove_some();
  CHECK(removed.restrictions == 2);
  CHECK(removed.sessions == 2);
  CHECK(restrictions.list(at(0)).size() == 2);
  CHECK(list_sessions(connection, std::nullopt, at(0)).size() == 1);
}
