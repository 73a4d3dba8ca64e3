// A store of an older program becomes one of this program, with all that is in it.
#include "plugin/store/schema.hpp"

#include <doctest/doctest.h>

#include <boost/algorithm/string/replace.hpp>

#include "plugin/store/bindings.hpp"
#include "plugin/store/engine.hpp"
#include "plugin/store/facts_reader.hpp"
#include "plugin/store/history.hpp"
#include "plugin/store/ledger.hpp"
#include "plugin/store/settings_table.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

// Version 1, as it was released for SQLite, with a row in each table.
const std::vector<std::string> version_1{
    "CREATE TABLE schema_version (version BIGINT NOT NULL)",
    "INSERT INTO schema_version (version) VALUES (1)",
    "CREATE TABLE binding (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, type TEXT NOT NULL,"
    " fingerprint TEXT NOT NULL, key_id TEXT NOT NULL, state TEXT NOT NULL, label TEXT NOT NULL, created BIGINT NOT"
    " NULL, created_by TEXT NOT NULL, expires BIGINT, suspended_until BIGINT, last_seen BIGINT, last_peer TEXT NOT"
    " NULL, uses BIGINT NOT NULL)",
    "CREATE UNIQUE INDEX binding_device ON binding (account, type, fingerprint)",
    "CREATE TABLE account (scope TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (scope, name))",
    "CREATE TABLE setting (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE event (id INTEGER PRIMARY KEY AUTOINCREMENT, at BIGINT NOT NULL, outcome TEXT NOT NULL, account TEXT"
    " NOT NULL, type TEXT NOT NULL, fingerprint TEXT NOT NULL, peer TEXT NOT NULL, service TEXT NOT NULL, verdict TEXT"
    " NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL)",
    "CREATE INDEX event_account ON event (account, id)",
    "CREATE INDEX event_fingerprint ON event (fingerprint, id)",
    "INSERT INTO binding VALUES (7, 'alice@example.com', 'uuid', '" + fingerprint(1).hex() +
        "', '1', 'active', 'phone', 1700000000, 'learned', NULL, NULL, 1700000001, '192.0.2.7', 3)",
    "INSERT INTO account VALUES ('alice@example.com', 'max-devices', '3')",
    "INSERT INTO setting VALUES ('mode', 'enforce')",
    "INSERT INTO event VALUES (9, 1700000001, 'authenticated', 'alice@example.com', 'uuid', '" + fingerprint(1).hex() +
        "', '192.0.2.7', 'smtp', 'allow', 'bound', 'PLAIN')",
};

class OldStore : public TemporaryDatabase {
 public:
  OldStore() {
    for (const auto& text : version_1) run(adapted(text));
    if (!on_postgresql()) return;
    run("SELECT setval(pg_get_serial_sequence('binding', 'id'), 7)");
    run("SELECT setval(pg_get_serial_sequence('event', 'id'), 9)");
  }

 private:
  std::string adapted(const std::string& text) const {
    const auto& engine = engine_of(url());
    const auto with_id =
        boost::replace_all_copy(text, std::string(sqlite_engine.id_column), std::string(engine.id_column));
    return boost::replace_all_copy(with_id, "TEXT", std::string(engine.text_column));
  }
};

// Every table and index with what makes it.
std::vector<std::string> made(Connection& connection) {
  std::vector<std::string> all;
  std::string text;
  Statement statement(
      connection,
      on_postgresql()
          ? "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default, is_identity,"
            " collation_name) AS what FROM information_schema.columns WHERE table_schema = current_schema()"
            " UNION ALL SELECT replace(indexdef, current_schema(), '') FROM pg_indexes WHERE"
            " schemaname = current_schema() ORDER BY what"
          : "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY type, name");
  statement.into(text).for_each_row([&] { all.push_back(text); });
  return all;
}

}  // namespace

TEST_CASE("a store of version 1 is not opened, but brought up to date once") {
  const OldStore old;
  CHECK(error_of([&] { Connection::open(old.url()); }) ==
        "store " + old.shown() + ": has an older schema; `clientidctl init` brings it up to date");
  CHECK(Connection::initialise(old.url()) == 1);
  CHECK_FALSE(Connection::initialise(old.url()));
  auto connection = Connection::open(old.url());
  CHECK(number(connection, "SELECT version FROM schema_version") == 4);
  CHECK(number(connection, "SELECT count(*) FROM schema_version") == 1);
}

TEST_CASE("a store of version 1 comes to have the tables and indices of a new one") {
  const OldStore old;
  Connection::initialise(old.url());
  auto upgraded = Connection::open(old.url());
  const TemporaryStore store;
  auto fresh = store.open();
  CHECK(made(upgraded) == made(fresh));
}

TEST_CASE("what a store of version 1 held is there in the newest") {
  const OldStore old;
  Connection::initialise(old.url());
  auto connection = Connection::open(old.url());
  const auto kept = Bindings(connection).get(7);
  REQUIRE(kept);
  CHECK(kept->account == "alice@example.com");
  CHECK(kept->fingerprint == fingerprint(1));
  CHECK(kept->last_seen == at(1));
  CHECK(kept->uses == 3);
  const auto facts = FactsReader(connection)
                         .read({.service = "smtp",
                                .account = "alice@example.com",
                                .device = device(1),
                                .peer = Address::parse("192.0.2.7"),
                                .at = at(2)},
                               nullptr);
  CHECK(facts.settings.mode == Mode::enforce);
  CHECK(facts.settings.max_devices == 3);
  CHECK(facts.binding->id == 7);
  CHECK(facts.accounts_of_device == 1);
  const auto events = History(connection).list({});
  REQUIRE(events.size() == 1);
  CHECK(events[0].id == 9);
  CHECK(events[0].at == at(1));
  CHECK(events[0].detail == "PLAIN");
  CHECK(events[0].network.empty());
}

TEST_CASE("a store that was version 1 is written as a new one is") {
  const OldStore old;
  Connection::initialise(old.url());
  auto connection = Connection::open(old.url());
  Entry entry;
  entry.event.at = at(5);
  entry.event.account = "alice@example.com";
  entry.event.network = "192.0.2.7/32";
  entry.used_binding = 7;
  entry.counted.account = "account alice@example.com";
  Ledger(connection, "me").write({.entries = {entry}, .opened = {}, .closed = {}}, at(5));
  CHECK(History(connection).list({}).back().id == 10);
  CHECK(History(connection).list({}).back().network == "192.0.2.7/32");
  CHECK(Bindings(connection).get(7)->uses == 4);
  CHECK(number(connection, "SELECT attempts FROM counter") == 1);
}

TEST_CASE("X8 blocks of a store that knew one key alone are under the key of its bindings") {
  const OldStore old;
  Connection::initialise(old.url());
  auto connection = Connection::open(old.url());
  execute(connection, "ALTER TABLE restriction DROP COLUMN key_id");
  execute(connection, "DROP TABLE moved_device");
  execute(connection, "UPDATE schema_version SET version = 3");
  execute(connection,
          "INSERT INTO restriction (kind, subject, effect, until, cause, created, created_by, first_address,"
          " last_address) VALUES ('device', 'ab', 'block', NULL, '', 0, 'operator', '', ''),"
          " ('account', 'alice', 'block', NULL, '', 0, 'operator', '', '')");
  CHECK(Connection::initialise(old.url()));
  CHECK(number(connection, "SELECT count(*) FROM restriction WHERE kind = 'device' AND key_id = '1'") == 1);
  CHECK(number(connection, "SELECT count(*) FROM restriction WHERE kind = 'account' AND key_id = ''") == 1);
}
