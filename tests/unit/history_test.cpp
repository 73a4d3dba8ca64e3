#include "plugin/store/history.hpp"

#include <doctest/doctest.h>

#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

const std::string alice = "alice@example.com";
const std::string bob = "bob@example.com";

Event event(const std::string& account, unsigned device, long long when) {
  Event made;
  made.at = at(when);
  made.outcome = Outcome::refused;
  made.account = account;
  made.type = "uuid";
  made.fingerprint = fingerprint(device).hex();
  return made;
}

std::vector<long long> ids(const std::vector<Event>& events) {
  std::vector<long long> all;
  for (const auto& each : events) all.push_back(each.id);
  return all;
}

using Ids = std::vector<long long>;

}  // namespace

TEST_CASE("an event comes back as it was appended, whatever its text") {
  const TemporaryStore store;
  auto connection = store.open();
  History history(connection);
  Event made;
  made.at = at(5);
  made.account = "a" + hostile;
  made.type = "t" + hostile;
  made.fingerprint = "f" + hostile;
  made.peer = "p" + hostile;
  made.network = "n" + hostile;
  made.service = "s" + hostile;
  made.verdict = "v" + hostile;
  made.reason = "r" + hostile;
  made.detail = "d" + hostile;
  history.append({made});

  const auto events = history.list({});
  REQUIRE(events.size() == 1);
  CHECK(events[0].id == 1);
  CHECK(events[0].at == made.at);
  CHECK(events[0].account == made.account);
  CHECK(events[0].type == made.type);
  CHECK(events[0].fingerprint == made.fingerprint);
  CHECK(events[0].peer == made.peer);
  CHECK(events[0].network == made.network);
  CHECK(events[0].service == made.service);
  CHECK(events[0].verdict == made.verdict);
  CHECK(events[0].reason == made.reason);
  CHECK(events[0].detail == made.detail);

  EventFilter filter;
  filter.account = made.account;
  CHECK(history.list(filter).size() == 1);
  filter.account = "%";
  CHECK(history.list(filter).empty());
}

TEST_CASE("every outcome comes back") {
  const TemporaryStore store;
  auto connection = store.open();
  History history(connection);
  for (unsigned i = 0; i <= static_cast<unsigned>(Outcome::changed); ++i) {
    Event made;
    made.outcome = static_cast<Outcome>(i);
    CHECK_FALSE(name(made.outcome).empty());
    history.append({made});
    CHECK(history.list({}).back().outcome == made.outcome);
  }
  CHECK(name(Outcome::unavailable) == "unavailable");
}

TEST_CASE("an outcome that cannot be read is an error") {
  const TemporaryStore store;
  auto connection = store.open();
  History history(connection);
  history.append({event(alice, 1, 0)});
  execute(connection, "UPDATE event SET outcome = 'let in'");
  CHECK(error_of([&] { history.list({}); }) ==
        "store " + store.shown() + ": event 1 has an outcome that this program cannot read");
}

TEST_CASE("the history is in the order of appending, and filtered") {
  const TemporaryStore store;
  auto connection = store.open();
  History history(connection);
  history.append({event(alice, 0x0a01, 30), event(bob, 0x0a02, 20)});
  history.append({event(alice, 0x0b01, 10)});
  history.append({});
  CHECK(ids(history.list({})) == Ids{1, 2, 3});

  EventFilter filter;
  SUBCASE("account") {
    filter.account = alice;
    CHECK(ids(history.list(filter)) == Ids{1, 3});
  }
  SUBCASE("since") {
    filter.since = at(20);
    CHECK(ids(history.list(filter)) == Ids{1, 2});
  }
  SUBCASE("device") {
    filter.fingerprint_prefix = "0a";
    CHECK(ids(history.list(filter)) == Ids{1, 2});
    filter.fingerprint_prefix = fingerprint(0x0b01).hex();
    CHECK(ids(history.list(filter)) == Ids{3});
  }
  SUBCASE("after") {
    filter.after = 1;
    CHECK(ids(history.list(filter)) == Ids{2, 3});
    filter.after = 3;
    CHECK(history.list(filter).empty());
  }
  SUBCASE("all together") {
    filter.account = alice;
    filter.since = at(0);
    filter.fingerprint_prefix = "0";
    filter.after = 1;
    CHECK(ids(history.list(filter)) == Ids{3});
  }
}

TEST_CASE("the history is read page by page, whatever comes and goes meanwhile") {
  const TemporaryStore store;
  auto connection = store.open();
  History history(connection);
  for (unsigned i = 1; i <= 6; ++i) history.append({event(alice, i, i)});
  EventFilter filter;
  filter.up_to = history.newest();
  CHECK(ids(history.list(filter, 2)) == Ids{1, 2});
  filter.after = 2;
  execute(connection, "DELETE FROM event WHERE id IN (1, 2, 4)");
  history.append({event(alice, 7, 7)});
  CHECK(ids(history.list(filter, 2)) == Ids{3, 5});
  filter.after = 5;
  CHECK(ids(history.list(filter, 2)) == Ids{6});
}

TEST_CASE("the history is entered at a time, or at the newest events") {
  const TemporaryStore store;
  auto connection = store.open();
  History history(connection);
  CHECK(history.newest() == 0);
  CHECK(history.before(at(0)) == 0);
  CHECK(history.before_newest({}, 3) == 0);

  // Two of them were recorded in another order than they happened.
  history.append({event(alice, 1, 10), event(bob, 1, 30), event(alice, 2, 20), event(bob, 2, 40)});
  CHECK(history.newest() == 4);
  CHECK(history.before(at(0)) == 0);
  CHECK(history.before(at(20)) == 1);
  CHECK(history.before(at(30)) == 1);
  CHECK(history.before(at(31)) == 3);
  CHECK(history.before(at(41)) == 4);
  CHECK(history.before_newest({}, 1) == 3);
  CHECK(history.before_newest({}, 3) == 1);
  CHECK(history.before_newest({}, 9) == 0);
  CHECK(history.before_newest({.account = alice}, 1) == 2);
  CHECK(history.before_newest({.account = alice, .since = at(15)}, 9) == 2);
  CHECK(history.before_newest({.account = "carol@example.com"}, 1) == 4);
  execute(connection, "DELETE FROM event");
  CHECK(history.newest() == 0);
}

TEST_CASE("several devices whose fingerprints begin alike are all found, and no other") {
  const TemporaryStore store;
  auto connection = store.open();
  History history(connection);
  for (const unsigned device : {0x0a01U, 0x0b01U, 0x0a02U, 0x0a01U, 0x0affU, 0x09ffU}) {
    history.append({event(alice, device, 0)});
  }
  EventFilter filter;
  filter.fingerprint_prefix = "0a";
  CHECK(ids(history.list(filter)) == Ids{1, 3, 4, 5});
  filter.fingerprint_prefix = "0c";
  CHECK(history.list(filter).empty());
}

TEST_CASE("only the newest events are kept") {
  const TemporaryStore store;
  auto connection = store.open();
  History history(connection);
  history.append({event(alice, 1, 0), event(alice, 2, 0), event(alice, 3, 0)});
  CHECK(history.list({}).size() == 3);
  set_last_id(connection, "event", History::max_events + 1);
  history.append({event(bob, 4, 0)});
  CHECK(ids(history.list({})) == Ids{3, History::max_events + 2});
}

TEST_CASE("of one batch all is kept or nothing") {
  const TemporaryStore store;
  auto connection = store.open();
  History history(connection);
  refuse_rows(connection, "event", "NEW.account = 'bob@example.com'");
  CHECK_THROWS_AS(history.append({event(alice, 1, 0), event(bob, 1, 0)}), StoreError);
  CHECK(history.list({}).empty());
  history.append({event(alice, 1, 0)});
  CHECK(history.list({}).size() == 1);
}
