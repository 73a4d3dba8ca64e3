// Nothing that a login waits for, that is written after it, or that an operator asks about one account or device may
// read a whole table: its cost would grow with the store.
#include <doctest/doctest.h>

#include "plugin/policy/account.hpp"
#include "plugin/store/bindings.hpp"
#include "plugin/store/facts_reader.hpp"
#include "plugin/store/history.hpp"
#include "plugin/store/ledger.hpp"
#include "plugin/store/moved_devices.hpp"
#include "plugin/store/restrictions.hpp"
#include "plugin/store/seen_devices.hpp"
#include "plugin/store/settings_table.hpp"
#include "plugin/store/suggestions.hpp"
#include "tests/unit/full_scans.hpp"
#include "tests/unit/keys.hpp"

using namespace clientid;

namespace {

constexpr long long rows = 20'000;
constexpr long long few = 1'000;  // all that small tables give to all that is asked here

// PostgreSQL plans the first five executions of a statement for their values, and may plan once for all values then.
constexpr int times = 8;

const std::string alice = "alice@example.com";

void fill(Connection& connection, const std::string& table_and_columns, const std::string& values) {
  execute(connection, "INSERT INTO " + table_and_columns +
                          " WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < " +
                          std::to_string(rows) + ") SELECT " + values + " FROM numbers");
}

// With what nobody asks about.
void fill(Connection& connection) {
  fill(connection, "binding (account, type, fingerprint, key_id, state, label, created, created_by, last_peer, uses)",
       "'user' || n || '@example.com', 'uuid', 'f' || n, '1', 'active', '', 0, 'learned', '', 0");
  fill(connection, "event (at, outcome, account, type, fingerprint, peer, network, service, verdict, reason, detail)",
       "n, 'failed', 'user' || n || '@example.com', 'uuid', 'f' || n, '10.0.0.1', 'n' || n, 'smtp', 'allow', 'bound',"
       " ''");
  fill(connection, "counter (name, slice, attempts, failures)", "'account user' || n, n, 1, 1");
  fill(connection, "session (holder, number, type, fingerprint, account, peer, network, opened, lease)",
       "'another', n, 'uuid', 'f' || n, 'user' || n || '@example.com', '', '', 0, 9999999999");
  fill(connection,
       "restriction (kind, subject, effect, until, cause, created, created_by, first_address, last_address, key_id)",
       "'account', 'user' || n || '@example.com', 'known-only', 9999999999, '', 0, 'detection', '', '', ''");
  fill(connection, "moved_device (former, former_key, fingerprint, key_id, at)", "'e' || n, '1', 'f' || n, '2', 0");
  fill(connection, "account (scope, name, value)", "'user' || n || '@example.com', 'max-devices', '3'");
}

void ask_about(Connection& connection, const std::optional<Device>& device) {
  FactsReader reader(connection);
  for (int i = 0; i < times; ++i) {
    reader.read(
        {.service = "smtp", .account = alice, .device = device, .peer = Address::parse("192.0.2.7"), .at = at(i)},
        nullptr);
  }
}

Entry entry(unsigned device, bool guess) {
  Entry made;
  made.event.at = at(5);
  made.event.outcome = guess ? Outcome::failed : Outcome::authenticated;
  made.event.account = alice;
  made.event.fingerprint = fingerprint(device).hex();
  made.event.network = "192.0.2.7/32";
  made.event.peer = "192.0.2.7";
  made.event.reason = guess ? "unbound" : "bound";
  made.counted.device = "device d";
  made.counted.address = "address a";
  made.counted.account = "account a";
  made.failure = made.suspicious = guess;
  if (!guess) made.used_binding = 1;
  return made;
}

// `holder`: of its sessions, and of no other's.
void record(Connection& connection, const std::string& holder, const std::vector<Entry>& entries) {
  Ledger ledger(connection, holder);
  for (long long i = 0; i < times; ++i) {
    Batch batch{.entries = entries, .opened = {}, .closed = {i - 1}};
    batch.opened.push_back({.holder = holder,
                            .number = i,
                            .type = "uuid",
                            .fingerprint = fingerprint(1).hex(),
                            .account = alice,
                            .peer = "192.0.2.7",
                            .network = "192.0.2.7/32",
                            .opened = at(0)});
    ledger.write(batch, at(i));
  }
}

template <typename Use>
void check(const TemporaryStore& store, const std::string& what, Use use) {
  for (const auto& scan : full_scans(store, use)) {
    const auto& name = scan.first;
    const auto count = scan.second;
    INFO(what, " reads ", count, " rows of: ", name);
    // Of these a site has few rows.
    if (name != "setting" && name != "type" && name != "schema_version") CHECK(count < few);
  }
}

}  // namespace

TEST_CASE("what depends on one account or device reads no whole table") {
  const TemporaryStore store;
  auto connection = store.open();
  fill(connection);
  Bindings(connection).insert(binding(alice, 1));
  History(connection).append({entry(1, false).event});
  SUBCASE("of which the engine has no statistics yet") {}
  SUBCASE("of which it has") {
    execute(connection, "ANALYZE");
  }

  check(store, "a bound device", [](auto& used) { ask_about(used, device(1)); });
  check(store, "a stranger", [](auto& used) { ask_about(used, device(2)); });
  check(store, "a client without identity", [](auto& used) { ask_about(used, std::nullopt); });
  check(store, "a device while there are two keys", [](auto& used) { ask_about(used, device_with("2 1")); });

  check(store, "a login", [](auto& used) { record(used, "one", {entry(1, false)}); });
  check(store, "a guess", [](auto& used) { record(used, "another one", {entry(2, true)}); });
  check(store, "a device that is learned", [](auto& used) {
    for (unsigned i = 0; i < times; ++i) CHECK(Bindings(used).enrol(binding(alice, 100 + i), 1000) == Enrolment::done);
  });
  check(store, "a device that moves to another key", [](auto& used) {
    MovedDevices moved(used);
    moved.move({.from = {{fingerprint(1), "1"}}, .fingerprint = fingerprint(50).hex(), .key_id = "2"}, at(0));
    moved.move({.from = {{fingerprint(50), "2"}}, .fingerprint = fingerprint(1).hex(), .key_id = "1"}, at(0));
  });

  check(store, "list, show and revoke", [](auto& used) {
    Bindings bindings(used);
    BindingFilter filter;
    filter.account = alice;
    CHECK_FALSE(bindings.list(filter).empty());
    filter.account = std::nullopt;
    filter.fingerprint_prefix = fingerprint(1).short_form();
    CHECK(bindings.list(filter).size() == 1);
    filter.fingerprint_prefix = std::nullopt;
    filter.fingerprints = {fingerprint(1).hex(), fingerprint(3).hex()};
    CHECK(bindings.list(filter).size() == 1);
    const auto id = bindings.find(alice, device(1), at(0))->id;
    CHECK(bindings.get(id));
    CHECK(bindings.set_state(id, BindingState::active, std::nullopt));
  });
  check(store, "history of an account", [](auto& used) {
    History history(used);
    EventFilter filter;
    filter.account = alice;
    CHECK_FALSE(history.list(filter).empty());
    filter.after = history.before_newest(filter, 10);
    CHECK_FALSE(history.list(filter).empty());
  });
  check(store, "history of a device", [](auto& used) {
    EventFilter filter;
    filter.fingerprint_prefix = fingerprint(1).short_form();
    CHECK_FALSE(History(used).list(filter).empty());
  });
  check(store, "settings, blocks and completion", [](auto& used) {
    SettingsTable(used).load(alice);
    Restrictions restrictions(used);
    restrictions.find(Restricted::account, alice, Effect::known_only, at(0));
    restrictions.put({.kind = Restricted::account, .subject = alice, .effect = Effect::known_only, .created_by = "me"});
    restrictions.remove(Restricted::account, alice, Effect::known_only);
    CHECK(Suggestions(used).accounts("alice") == std::vector<std::string>{alice});
    CHECK(SeenDevices(used).fingerprints(fingerprint(1).short_form()).size() == 1);
  });
}
