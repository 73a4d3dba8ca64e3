#include "plugin/store/ledger.hpp"

#include <doctest/doctest.h>

#include "plugin/store/bindings.hpp"
#include "plugin/store/restrictions.hpp"
#include "plugin/store/session_list.hpp"
#include "plugin/store/settings_table.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

const std::string alice = "alice@example.com";

Entry entry(const std::string& account = alice, unsigned device = 1, bool guess = false) {
  Entry made;
  made.event.at = at(5);
  made.event.outcome = guess ? Outcome::failed : Outcome::authenticated;
  made.event.account = account;
  made.event.fingerprint = fingerprint(device).hex();
  made.event.network = "192.0.2.7/32";
  made.event.peer = "192.0.2.7";
  made.event.reason = "unbound";
  made.counted = {.device = "device", .address = "address", .absent = "absent", .account = "account"};
  made.failure = guess;
  made.suspicious = guess;
  return made;
}

Batch batch(std::vector<Entry> entries) {
  return {.entries = std::move(entries), .opened = {}, .closed = {}};
}

OpenSession session(const std::string& holder, long long number) {
  return {.holder = holder,
          .number = number,
          .type = "uuid",
          .fingerprint = fingerprint(1).hex(),
          .account = alice,
          .peer = "192.0.2.7",
          .network = "192.0.2.7/32",
          .opened = at(0)};
}

void set(Connection& connection, const std::string& name, const std::string& value) {
  SettingsTable table(connection);
  auto level = table.load("");
  set(level, name, value, at(0));
  table.save("", level);
}

// "account:5/2 address:...": attempts and failures of each name.
std::string counted(Connection& connection) {
  std::string all;
  std::string name;
  long long attempts = 0;
  long long failures = 0;
  Statement statement(connection, "SELECT name, sum(attempts), sum(failures) FROM counter GROUP BY name ORDER BY name");
  statement.into(name, attempts, failures).for_each_row([&] {
    all += name + ":" + std::to_string(attempts) + "/" + std::to_string(failures) + " ";
  });
  return all;
}

std::string sessions(Connection& connection, long long when) {
  std::string all;
  for (const auto& [session, binding, label] : list_sessions(connection, std::nullopt, at(when))) {
    all += session.holder + std::to_string(session.number) + " ";
  }
  return all;
}

}  // namespace

TEST_CASE("an attempt is an event, a use and a count under each of its names") {
  const TemporaryStore store;
  auto connection = store.open();
  Ledger ledger(connection, "me");
  Bindings bindings(connection);
  bindings.insert(binding(alice, 1));
  bindings.insert(binding(alice, 2));
  auto used = entry();
  used.used_binding = 1;
  CHECK(ledger.write(batch({used, entry(alice, 1, true)}), at(7)).empty());
  CHECK(counted(connection) == "absent:2/1 account:2/1 address:2/1 all:0/1 device:2/1 ");
  const auto events = History(connection).list({});
  REQUIRE(events.size() == 2);
  CHECK(events[0].at == at(5));
  CHECK(events[0].outcome == Outcome::authenticated);
  CHECK(events[1].outcome == Outcome::failed);
  CHECK(bindings.get(1)->uses == 1);
  CHECK(bindings.get(1)->last_seen == at(5));
  CHECK(bindings.get(1)->last_peer == "192.0.2.7");
  CHECK(bindings.get(2)->uses == 0);
}

TEST_CASE("an attempt that is not counted under a name counts nothing there") {
  const TemporaryStore store;
  auto connection = store.open();
  Ledger ledger(connection, "me");
  auto own = entry(alice, 1, true);
  own.counted = {.device = "device", .address = {}, .absent = {}, .account = {}};
  ledger.write(batch({own}), at(7));
  CHECK(counted(connection) == "all:0/1 device:1/1 ");
  auto nothing = entry();
  nothing.counted = {};
  ledger.write(batch({nothing}), at(7));
  CHECK(counted(connection) == "all:0/1 device:1/1 ");
}

TEST_CASE("U6.2.3 what is counted is counted in the moment of the attempt") {
  const TemporaryStore store;
  auto connection = store.open();
  Ledger ledger(connection, "me");
  auto later = entry(alice, 1, true);
  later.event.at = at(25);
  ledger.write(batch({entry(), later}), at(100));
  CHECK(number(connection, "SELECT count(*) FROM counter WHERE slice = 1700000000 AND attempts = 1") == 4);
  CHECK(number(connection, "SELECT count(*) FROM counter WHERE slice = 1700000020 AND failures = 1") == 5);
}

TEST_CASE("U6.2.3 sessions are open from their batch on, until they are closed or the lease ends") {
  const TemporaryStore store;
  auto connection = store.open();
  Ledger ledger(connection, "me");
  Ledger other(connection, "other");
  ledger.write({.entries = {}, .opened = {session("me", 1), session("me", 2), session("me", 3)}, .closed = {1}},
               at(10));
  other.write({.entries = {}, .opened = {session("other", 2)}, .closed = {}}, at(10));
  CHECK(sessions(connection, 99) == "me2 me3 other2 ");
  CHECK(sessions(connection, 100).empty());
  ledger.write({.entries = {}, .opened = {}, .closed = {2}}, at(10));
  CHECK(sessions(connection, 99) == "me3 other2 ");
  ledger.close_all();
  CHECK(sessions(connection, 99) == "other2 ");
}

TEST_CASE("what lives is kept, and what is over forgotten") {
  const TemporaryStore store;
  auto connection = store.open();
  Ledger ledger(connection, "me");
  Ledger other(connection, "other");
  ledger.write({.entries = {entry()}, .opened = {session("me", 1)}, .closed = {}}, at(0));
  other.write({.entries = {}, .opened = {session("other", 1)}, .closed = {}}, at(0));
  for (const auto& [subject, until] : {std::pair{"bob@example.com", 90}, {"carol@example.com", 91}}) {
    Restrictions(connection)
        .put({.kind = Restricted::account,
              .subject = subject,
              .effect = Effect::known_only,
              .until = at(until),
              .cause = {},
              .created = at(0),
              .created_by = "operator eve"});
  }
  ledger.tend(at(90));
  CHECK(number(connection, "SELECT count(*) FROM session") == 2);
  CHECK(sessions(connection, 179) == "me1 ");
  CHECK(sessions(connection, 180).empty());
  CHECK(number(connection, "SELECT count(*) FROM restriction WHERE subject = 'carol@example.com'") == 1);
  CHECK(number(connection, "SELECT count(*) FROM restriction") == 1);
  CHECK(number(connection, "SELECT count(*) FROM counter") == 4);
  const auto forgotten = at(90) + Ledger::kept_after_lease;
  ledger.tend(forgotten - std::chrono::seconds(1));
  CHECK(number(connection, "SELECT count(*) FROM session") == 2);
  ledger.tend(forgotten);
  CHECK(number(connection, "SELECT count(*) FROM session") == 1);
  ledger.tend(at(2 * 86400));
  CHECK(number(connection, "SELECT count(*) FROM counter") == 0);
}

TEST_CASE("UC7 detection looks at what was just written") {
  const TemporaryStore store;
  auto connection = store.open();
  Ledger ledger(connection, "me");
  set(connection, "detect-account", "3/10m");
  CHECK(ledger.write(batch({entry(alice, 1, true), entry(alice, 2, true)}), at(7)).empty());
  const auto alerts = ledger.write(batch({entry(alice, 3, true)}), at(7));
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].kind == AlertKind::detection);
  CHECK(alerts[0].account == alice);
  CHECK(Restrictions(connection).find(Restricted::account, alice, Effect::known_only, at(7)));
  CHECK(History(connection).list({}).back().outcome == Outcome::changed);
}

TEST_CASE("UC7 detection looks at device and network of each suspicious attempt") {
  const TemporaryStore store;
  auto connection = store.open();
  Ledger ledger(connection, "me");
  set(connection, "detect-device", "2/10m");
  set(connection, "detect-address", "2/10m");
  CHECK(ledger.write(batch({entry(alice, 1, true), entry("bob@example.com", 1, true)}), at(7)).size() == 2);
  CHECK(Restrictions(connection).find(Restricted::device, fingerprint(1).hex(), Effect::block, at(7)));
  CHECK(Restrictions(connection).find(Restricted::network, "192.0.2.7/32", Effect::block, at(7)));
}

TEST_CASE("UC2 a device that many use is not blocked for what its users do") {
  const TemporaryStore store;
  auto connection = store.open();
  Ledger ledger(connection, "me");
  set(connection, "detect-device", "2/10m");
  std::vector<Entry> entries{entry(alice, 1, true), entry("bob@example.com", 1, true)};
  for (auto& each : entries) each.used_by_many = true;
  CHECK(ledger.write(batch(entries), at(7)).empty());
}

TEST_CASE("X2 what is not suspicious gives detection no cause to look") {
  const TemporaryStore store;
  auto connection = store.open();
  Ledger ledger(connection, "me");
  set(connection, "detect-account", "2/10m");
  set(connection, "detect-all", "2/10m");
  std::vector<Entry> entries{entry(alice, 1, true), entry(alice, 2, true)};
  for (auto& each : entries) each.suspicious = false;
  CHECK(ledger.write(batch(entries), at(7)).empty());
  CHECK(Restrictions(connection).list(at(7)).empty());
  CHECK(counted(connection).find("all:0/2") != std::string::npos);
}

TEST_CASE("a batch is written as a whole or not at all, and can be written again") {
  const TemporaryStore store;
  auto connection = store.open();
  Ledger ledger(connection, "me");
  Bindings(connection).insert(binding(alice, 1));
  set(connection, "detect-account", "2/10m");
  auto used = entry();
  used.used_binding = 1;
  const Batch all{
      .entries = {used, entry(alice, 2, true), entry(alice, 3, true)}, .opened = {session("me", 1)}, .closed = {}};
  for (const auto* table : {"event", "counter", "session", "restriction"}) {
    CAPTURE(table);
    refuse_rows(connection, table);
    CHECK(error_of([&] { ledger.write(all, at(7)); }).ends_with("no room"));
    take_rows(connection, table);
    CHECK(number(connection, "SELECT uses FROM binding") == 0);
    for (const auto* other : {"event", "counter", "session", "restriction"}) {
      CHECK(number(connection, std::string("SELECT count(*) FROM ") + other) == 0);
    }
  }
  CHECK(ledger.write(all, at(7)).size() == 1);
  CHECK(number(connection, "SELECT uses FROM binding") == 1);
  CHECK(number(connection, "SELECT count(*) FROM event") == 4);
  CHECK(sessions(connection, 7) == "me1 ");
}

TEST_CASE("a batch can be written again though it was written, as where only the answer to its commit was lost") {
  const TemporaryStore store;
  auto connection = store.open();
  Ledger ledger(connection, "me");
  const Batch all{.entries = {entry()}, .opened = {session("me", 1), session("me", 2)}, .closed = {}};
  for (int i = 0; i < 2; ++i) ledger.write(all, at(7));
  CHECK(sessions(connection, 7) == "me1 me2 ");
}

TEST_CASE("that the store can be written is found out without a trace") {
  const TemporaryStore store;
  auto connection = store.open();
  Ledger ledger(connection, "me");
  ledger.write({.entries = {entry()}, .opened = {session("me", 1)}, .closed = {}}, at(7));
  const auto before = counted(connection);
  for (const auto* table : {"event", "counter", "session"}) {
    CAPTURE(table);
    refuse_rows(connection, table);
    CHECK(error_of([&] { ledger.require_writable(at(8)); }).ends_with("no room"));
    take_rows(connection, table);
    ledger.require_writable(at(8));
  }
  CHECK(History(connection).list({}).size() == 1);
  CHECK(counted(connection) == before);
  CHECK(sessions(connection, 7) == "me1 ");
}

TEST_CASE("other connections see a batch as a whole") {
  const TemporaryStore store;
  auto connection = store.open();
  auto other = store.open();
  Ledger ledger(connection, "me");
  ledger.write({.entries = {entry()}, .opened = {session("me", 1)}, .closed = {}}, at(0));
  CHECK(number(other, "SELECT count(*) FROM event") == 1);
  CHECK(number(other, "SELECT count(*) FROM session") == 1);
  ledger.tend(at(100));
  CHECK(sessions(other, 150) == "me1 ");
}

TEST_CASE("X8 an attempt moves its device, counts the use of its binding, and opens its session under the new name") {
  const TemporaryStore store;
  auto connection = store.open();
  Ledger ledger(connection, "me");
  Bindings bindings(connection);
  bindings.insert(binding(alice, 1));
  auto made = entry(alice, 2);
  made.used_binding = 1;
  made.move = DeviceMove{.from = {{fingerprint(1), "1"}}, .fingerprint = fingerprint(2).hex(), .key_id = "2"};
  auto opened = session("me", 1);
  opened.fingerprint = fingerprint(2).hex();
  ledger.write({.entries = {made, made}, .opened = {opened}, .closed = {}}, at(5));
  const auto moved = bindings.get(1);
  CHECK(moved->fingerprint == fingerprint(2));
  CHECK(moved->key_id == "2");
  CHECK(moved->uses == 2);
  CHECK(list_sessions(connection, alice, at(5)).front().label == "phone");
}
