#include "plugin/store/facts_reader.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "plugin/policy/account.hpp"
#include "plugin/store/bindings.hpp"
#include "plugin/store/counters.hpp"
#include "plugin/store/restrictions.hpp"
#include "plugin/store/sessions.hpp"
#include "plugin/store/settings_table.hpp"
#include "plugin/store/type_table.hpp"
#include "tests/unit/countries_database.hpp"
#include "tests/unit/keys.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

const std::string alice = "alice@example.com";
const std::string licence{any_account};

Facts read(FactsReader& reader, const std::string& account, const std::optional<Device>& device, Time when) {
  return reader.read({.service = "smtp", .account = account, .device = device, .peer = {}, .at = when}, nullptr);
}

}  // namespace

TEST_CASE("of an account that nobody knows there are the defaults") {
  const TemporaryStore store;
  auto connection = store.open();
  FactsReader reader(connection);
  for (const auto& identity : {std::optional<Device>(), std::optional(device(1))}) {
    const auto facts = read(reader, alice, identity, at(0));
    CHECK_FALSE(facts.binding);
    CHECK_FALSE(facts.licence);
    CHECK(facts.active_devices == 0);
    CHECK(facts.pending_devices == 0);
    CHECK(values(facts.settings).size() == setting_names().size());
    CHECK(facts.settings.mode == Mode::learn);
  }
}

TEST_CASE("binding and licence of this device, and of no other") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  FactsReader reader(connection);
  auto full = binding(alice, 1);
  full.expires = at(100);
  bindings.insert(full);
  bindings.insert(binding(licence, 1, BindingState::revoked));
  bindings.insert(binding(alice, 2));
  bindings.insert(binding(licence, 3));
  bindings.insert(binding("bob@example.com", 4));

  const auto both = read(reader, alice, device(1), at(0));
  REQUIRE(both.binding);
  REQUIRE(both.licence);
  CHECK(both.binding->account == alice);
  CHECK(both.binding->expires == at(100));
  CHECK(both.licence->account == licence);
  CHECK(both.licence->state == BindingState::revoked);
  CHECK(both.licence->expires == std::nullopt);

  const auto bound = read(reader, alice, device(2), at(0));
  CHECK(bound.binding->fingerprint == fingerprint(2));
  CHECK(bound.binding->expires == std::nullopt);
  CHECK_FALSE(bound.licence);

  const auto licensed = read(reader, alice, device(3), at(0));
  CHECK_FALSE(licensed.binding);
  CHECK(licensed.licence->fingerprint == fingerprint(3));

  const auto stranger = read(reader, alice, device(4), at(0));
  CHECK_FALSE(stranger.binding);
  CHECK_FALSE(stranger.licence);
  CHECK_FALSE(read(reader, alice, Device{"mac", fingerprint(1)}, at(0)).binding);
  CHECK_FALSE(read(reader, alice, std::nullopt, at(0)).binding);
}

TEST_CASE("devices are counted by account and state") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  FactsReader reader(connection);
  auto expiring = binding(alice, 1);
  expiring.expires = at(100);
  bindings.insert(expiring);
  bindings.insert(binding(alice, 2));
  bindings.insert(binding(alice, 3, BindingState::pending));
  bindings.insert(binding(alice, 4, BindingState::revoked));
  bindings.insert(binding(alice, 5, BindingState::suspended));
  bindings.insert(binding(licence, 6));
  bindings.insert(binding("bob@example.com", 7));

  CHECK(read(reader, alice, {}, at(99)).active_devices == 2);
  CHECK(read(reader, alice, {}, at(99)).pending_devices == 1);
  CHECK(read(reader, alice, {}, at(100)).active_devices == 1);
  CHECK(read(reader, "carol@example.com", {}, at(99)).active_devices == 0);

  SUBCASE("a suspension that is over") {
    bindings.set_state(5, BindingState::suspended, at(50));
    CHECK(read(reader, alice, {}, at(49)).active_devices == 2);
    CHECK(read(reader, alice, {}, at(50)).active_devices == 3);
  }
}

TEST_CASE("settings are those in force for the account") {
  const TemporaryStore store;
  auto connection = store.open();
  FactsReader reader(connection);
  SettingsTable table(connection);
  SettingsLevel level;
  level.max_devices = 1;
  table.save("", level);
  level.max_devices = 2;
  table.save("@example.com", level);
  level.max_devices = 3;
  table.save(alice, level);
  CHECK(read(reader, alice, {}, at(0)).settings.max_devices == 3);
  CHECK(read(reader, "bob@example.com", {}, at(0)).settings.max_devices == 2);
  CHECK(read(reader, "bob@example.org", {}, at(0)).settings.max_devices == 1);
}

TEST_CASE("a change of another connection is seen at the next reading") {
  const TemporaryStore store;
  auto connection = store.open();
  auto other = store.open(Durability::full);
  FactsReader reader(connection);
  CHECK_FALSE(read(reader, alice, device(1), at(0)).binding);
  CHECK(Bindings(other).enrol(binding(alice, 1), 5) == Enrolment::done);
  CHECK(read(reader, alice, device(1), at(0)).binding->state == BindingState::active);
  Bindings(other).set_state(1, BindingState::revoked, {});
  CHECK(read(reader, alice, device(1), at(0)).binding->state == BindingState::revoked);
}

TEST_CASE("a row that cannot be read is an error, and the reader works again once it is mended") {
  const TemporaryStore store;
  auto connection = store.open();
  auto other = store.open();
  Bindings(other).insert(binding(alice, 1));
  FactsReader reader(connection);
  execute(other, "UPDATE binding SET state = 'open'");
  CHECK(error_of([&] { read(reader, alice, device(1), at(0)); }) ==
        "store " + store.shown() + ": binding 1 has a state that this program cannot read");
  execute(other, "UPDATE binding SET state = 'revoked'");
  CHECK(read(reader, alice, device(1), at(0)).binding->state == BindingState::revoked);
  // Nothing of the reader is left that would keep others from what they do.
  const auto* held = on_postgresql() ? "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
                                     : "PRAGMA wal_checkpoint(TRUNCATE)";
  CHECK(number(other, held) == 0);
}

TEST_CASE("a reader can read while the same connection writes") {
  const TemporaryStore store;
  auto connection = store.open();
  FactsReader reader(connection);
  Transaction transaction(connection);
  Bindings(connection).insert(binding(alice, 1));
  CHECK(read(reader, alice, device(1), at(0)).binding);
  transaction.commit();
  CHECK(read(reader, alice, device(1), at(0)).binding);
}

TEST_CASE("all facts are of one moment") {
  const TemporaryStore store;
  auto connection = store.open();
  SettingsLevel none;
  none.max_devices = 0;
  SettingsTable(connection).save(alice, none);
  std::atomic<bool> stop = false;
  // In every state of the store the account has as many devices as it may have.
  std::thread writer([&] {
    auto own = store.open();
    Bindings bindings(own);
    SettingsTable table(own);
    for (unsigned devices = 1; !stop; devices = 1 - devices) {
      Transaction transaction(own);
      SettingsLevel level;
      level.max_devices = devices;
      table.save(alice, level);
      if (devices == 1) {
        bindings.insert(binding(alice, 1));
      } else {
        bindings.remove(bindings.find(alice, device(1), at(0))->id);
      }
      transaction.commit();
    }
  });
  FactsReader reader(connection);
  unsigned torn = 0;
  unsigned with_device = 0;
  unsigned without = 0;
  while (with_device < 1000 || without < 1000) {
    const auto facts = read(reader, alice, device(1), at(0));
    const bool bound = facts.binding.has_value();
    ++(bound ? with_device : without);
    if (facts.active_devices != facts.settings.max_devices) ++torn;
    if (bound != (facts.active_devices == 1)) ++torn;
  }
  stop = true;
  writer.join();
  CHECK(torn == 0);
}

namespace {

// An account that is tried from one address with one device, and things to find of them.
class Tried {
 public:
  Tried() : connection_(store_.open()), reader_(connection_) {
    attempt_.service = "smtp";
    attempt_.account = alice;
    attempt_.device = device(1);
    attempt_.peer = Address::parse("192.0.2.7");
    attempt_.at = at(0);
  }

  Attempt& attempt() { return attempt_; }
  Facts read(const Countries* countries = nullptr) { return reader_.read(attempt_, countries); }
  Connection& connection() { return connection_; }

  void set(const std::string& name, const std::string& value) {
    SettingsTable table(connection_);
    auto level = table.load("");
    clientid::set(level, name, value, at(0));
    table.save("", level);
  }
  void set_type(const std::string& type, const std::string& name, const std::string& value) {
    TypeTable table(connection_);
    auto level = table.load(type);
    clientid::set(level, name, value);
    table.save(type, level);
  }
  void restrict(Restricted kind, const std::string& subject, Effect effect = Effect::block) {
    Restrictions(connection_)
        .put({.kind = kind, .subject = subject, .effect = effect, .created = at(0), .created_by = "operator eve"});
  }
  void open_session(long long number, unsigned device, const std::string& network) {
    Sessions(connection_)
        .open({{.holder = "me",
                .number = number,
                .type = "uuid",
                .fingerprint = fingerprint(device).hex(),
                .account = alice,
                .peer = {},
                .network = network,
                .opened = at(0)}},
              at(60));
  }

 private:
  TemporaryStore store_;
  Connection connection_;
  FactsReader reader_;
  Attempt attempt_;
};

std::string text(const Tally& tally) {
  return std::to_string(tally.attempts) + "/" + std::to_string(tally.failures);
}

void count_all_names(Connection& connection) {
  const auto phone = "device " + fingerprint(1).hex();
  Counters(connection)
      .add({{{phone, at(0)}, {1, 2}},
            {{phone + " " + alice + " 192.0.2.7/32", at(0)}, {3, 4}},
            {{"address 192.0.2.7/32", at(0)}, {5, 6}},
            {{"absent 192.0.2.7/32", at(0)}, {7, 8}},
            {{"account " + alice, at(0)}, {9, 10}}});
}

}  // namespace

TEST_CASE("D7.3 D7.4 the rule of the type is a fact, and whether the token has its form") {
  Tried tried;
  tried.set_type("uuid", "shared", "yes");
  tried.set_type("serial", "check", "regex:[0-9]+");
  CHECK(tried.read().type.shared);
  CHECK_FALSE(tried.read().form);
  tried.attempt().device->token = std::make_shared<const Secret>("no uuid");
  REQUIRE(tried.read().form);
  CHECK_FALSE(tried.read().form->fits);
  tried.attempt().device->type = "serial";
  CHECK_FALSE(tried.read().type.shared);
  CHECK_FALSE(tried.read().form->fits);
  tried.attempt().device->token = std::make_shared<const Secret>("123");
  CHECK(tried.read().form->fits);
  tried.attempt().device->type = "other";
  CHECK_FALSE(tried.read().form);
}

TEST_CASE("D6.4 restrictions of device, account, network and everybody are facts") {
  Tried tried;
  tried.restrict(Restricted::device, fingerprint(1).hex());
  tried.restrict(Restricted::device, fingerprint(2).hex());
  tried.restrict(Restricted::account, alice, Effect::known_only);
  tried.restrict(Restricted::network, "192.0.2.0/24");
  tried.restrict(Restricted::everybody, "", Effect::valid_only);
  CHECK(tried.read().restrictions.size() == 4);
  tried.attempt().device.reset();
  CHECK(tried.read().restrictions.size() == 3);
  tried.attempt().peer.reset();
  CHECK(tried.read().restrictions.size() == 2);
  tried.attempt().account = "bob@example.com";
  REQUIRE(tried.read().restrictions.size() == 1);
  CHECK(tried.read().restrictions[0].kind == Restricted::everybody);
}

TEST_CASE("U6.2.3 what is counted of a stranger: device, address and account") {
  Tried tried;
  for (const auto* who : {"device", "address", "account", "absent"}) {
    tried.set(std::string(who) + "-attempts", "99/10m");
    tried.set(std::string(who) + "-failures", "99/10m");
  }
  count_all_names(tried.connection());
  auto facts = tried.read();
  CHECK(text(facts.device) == "1/2");
  CHECK(text(facts.address) == "5/6");
  CHECK(text(facts.account) == "9/10");
  CHECK(text(facts.absent) == "0/0");
  tried.attempt().device.reset();
  facts = tried.read();
  CHECK(text(facts.device) == "0/0");
  CHECK(text(facts.address) == "5/6");
  CHECK(text(facts.absent) == "7/8");
}

TEST_CASE("X2 what is counted of an own device is its own in this network, and neither address nor account") {
  Tried tried;
  for (const auto* who : {"device", "address", "account", "absent"}) {
    tried.set(std::string(who) + "-attempts", "99/10m");
  }
  Bindings(tried.connection()).insert(binding(alice, 1));
  count_all_names(tried.connection());
  auto facts = tried.read();
  CHECK(text(facts.device) == "3/4");
  CHECK(text(facts.address) == "0/0");
  CHECK(text(facts.account) == "0/0");
  CHECK(text(facts.absent) == "0/0");
  tried.attempt().peer = Address::parse("198.51.100.9");
  CHECK(text(tried.read().device) == "0/0");
}

TEST_CASE("U6.2.3 each window is that of its own limit") {
  Tried tried;
  count_all_names(tried.connection());
  tried.attempt().at = at(300);
  for (const std::string who : {"device", "address", "account"}) {
    CAPTURE(who);
    for (const auto* each : {"device", "address", "account"}) {
      tried.set(std::string(each) + "-attempts", "99/1m");
      tried.set(std::string(each) + "-failures", "99/1m");
    }
    tried.set(who + "-failures", "99/10m");
    auto facts = tried.read();
    CHECK(text(facts.device) == (who == "device" ? "0/2" : "0/0"));
    CHECK(text(facts.address) == (who == "address" ? "0/6" : "0/0"));
    CHECK(text(facts.account) == (who == "account" ? "0/10" : "0/0"));
    tried.set(who + "-failures", "99/1m");
    tried.set(who + "-attempts", "99/10m");
    facts = tried.read();
    CHECK(text(facts.device) == (who == "device" ? "1/0" : "0/0"));
    CHECK(text(facts.address) == (who == "address" ? "5/0" : "0/0"));
    CHECK(text(facts.account) == (who == "account" ? "9/0" : "0/0"));
  }
  tried.attempt().device.reset();
  tried.set("absent-failures", "99/1m");
  tried.set("absent-attempts", "99/10m");
  CHECK(text(tried.read().absent) == "7/0");
  tried.set("absent-attempts", "none");
  tried.set("absent-failures", "99/10m");
  CHECK(tried.read().absent.failures == 8);
}

TEST_CASE("X2 of the sessions of an own device those on this account count") {
  Tried tried;
  tried.open_session(1, 1, "192.0.2.7/32");
  tried.open_session(2, 1, "192.0.2.7/32");
  tried.attempt().account = "bob@example.com";
  CHECK(tried.read().sessions == 2);
  Bindings(tried.connection()).insert(binding("bob@example.com", 1));
  CHECK(tried.read().sessions == 0);
  tried.attempt().account = alice;
  Bindings(tried.connection()).insert(binding(alice, 1));
  CHECK(tried.read().sessions == 2);
}

TEST_CASE("UC4 U6.2.3 of the sessions of a device that many use those on this account count") {
  Tried tried;
  tried.open_session(1, 1, "192.0.2.7/32");
  tried.attempt().account = "bob@example.com";
  CHECK(tried.read().sessions == 1);
  tried.set_type("uuid", "shared", "yes");
  CHECK(tried.read().sessions == 0);
  tried.set_type("uuid", "shared", "no");
  CHECK(tried.read().sessions == 1);
  Bindings(tried.connection()).insert(binding("*", 1));
  CHECK(tried.read().sessions == 0);
  tried.attempt().account = alice;
  CHECK(tried.read().sessions == 1);
}

TEST_CASE("UC2 U6.2.3 U6.2.4 what the device does elsewhere is read where a rule looks at it") {
  Tried tried;
  Bindings bindings(tried.connection());
  bindings.insert(binding("bob@example.com", 1));
  bindings.insert(binding("carol@example.com", 1));
  bindings.touch({{1, at(-60), "203.0.113.5"}});
  tried.open_session(1, 1, "192.0.2.7/32");
  tried.open_session(2, 1, "203.0.113.5/32");
  tried.open_session(3, 2, "203.0.113.5/32");
  auto facts = tried.read();
  CHECK(facts.accounts_of_device == 2);
  REQUIRE(facts.last_sighting);
  CHECK(facts.last_sighting->peer.to_string() == "203.0.113.5");
  CHECK(facts.last_sighting->at == at(-60));
  CHECK_FALSE(facts.last_sighting->location);
  CHECK_FALSE(facts.location);
  CHECK(facts.sessions == 2);
  CHECK(facts.sessions_elsewhere == 1);

  tried.set("two-places", "off");
  facts = tried.read();
  CHECK(facts.accounts_of_device == 2);
  CHECK(facts.sessions == 2);
  tried.set("max-accounts-per-device", "none");
  facts = tried.read();
  CHECK(facts.accounts_of_device == 0);
  CHECK(facts.sessions == 2);
  tried.set("device-sessions", "none");
  CHECK(tried.read().sessions == 0);
  tried.set("two-places", "alert");
  facts = tried.read();
  CHECK(facts.last_sighting);
  CHECK(facts.sessions_elsewhere == 1);

  tried.attempt().device.reset();
  facts = tried.read();
  CHECK(facts.accounts_of_device == 0);
  CHECK_FALSE(facts.last_sighting);
  CHECK(facts.sessions == 0);
}

TEST_CASE("U6.2.4 where a device is and where it was, if there is a database of countries") {
  if (!has_writer()) return;
  const auto countries = CountriesDatabase("city").open();
  Tried tried;
  CHECK(tried.read(countries.get()).location->country == "DE");
  Bindings(tried.connection()).insert(binding("bob@example.com", 1));
  Bindings(tried.connection()).touch({{1, at(-60), "198.51.100.7"}});
  auto facts = tried.read(countries.get());
  REQUIRE(facts.last_sighting);
  CHECK(facts.last_sighting->location->country == "US");
  CHECK(facts.last_sighting->location->latitude == 38.9);
  tried.set("two-places", "off");
  facts = tried.read(countries.get());
  CHECK_FALSE(facts.location);
  CHECK_FALSE(facts.last_sighting->location);
  tried.set("two-places", "refuse");
  tried.attempt().peer.reset();
  facts = tried.read(countries.get());
  CHECK_FALSE(facts.location);
  CHECK(facts.last_sighting->location);
  tried.attempt().peer = Address::parse("192.0.2.7");
  tried.attempt().device.reset();
  CHECK_FALSE(tried.read(countries.get()).location);
}

TEST_CASE("U6.2.4 a session in the same network is not elsewhere, as wide as the settings have it") {
  Tried tried;
  tried.open_session(1, 1, "192.0.2.0/24");
  CHECK(tried.read().sessions_elsewhere == 1);
  tried.set("ipv4-prefix", "24");
  CHECK(tried.read().sessions_elsewhere == 0);
  tried.attempt().at = at(60);
  CHECK(tried.read().sessions == 0);
}

TEST_CASE("threats: failing open - a restriction or a type that cannot be read is an error, until it is mended") {
  Tried tried;
  tried.restrict(Restricted::account, alice, Effect::known_only);
  execute(tried.connection(), "UPDATE restriction SET effect = 'slow'");
  CHECK_THROWS_AS(tried.read(), StoreError);
  execute(tried.connection(), "UPDATE restriction SET effect = 'block'");
  CHECK(tried.read().restrictions.size() == 1);
  execute(tried.connection(), "INSERT INTO type (type, name, value) VALUES ('*', 'flags', 'loud')");
  CHECK_THROWS_AS(tried.read(), StoreError);
  execute(tried.connection(), "DELETE FROM type");
  CHECK(tried.read().type.counts());
}

TEST_CASE("X8 what stands under any key of the file is a fact of the device") {
  const TemporaryStore store;
  auto connection = store.open();
  FactsReader reader(connection);
  const auto before = made_under("1");
  auto bound = binding(alice, 0);
  bound.fingerprint = before;
  bound.last_seen = at(0);
  Bindings bindings(connection);
  REQUIRE(bindings.insert(bound));
  bindings.touch({{1, at(1), "192.0.2.7"}});
  bound.account = licence;
  REQUIRE(bindings.insert(bound));
  Restrictions(connection)
      .put({.kind = Restricted::device, .subject = before.hex(), .effect = Effect::block, .created_by = "operator"});
  Sessions(connection)
      .open({{.holder = "me",
              .number = 1,
              .type = "uuid",
              .fingerprint = before.hex(),
              .account = alice,
              .peer = {},
              .network = {},
              .opened = at(0)}},
            at(90));
  const auto of_device = "device " + before.hex() + " " + alice + " ";
  Counters(connection).add({{{of_device, at(0)}, {.attempts = 4, .failures = 3}}});
  SettingsTable table(connection);
  auto level = table.load("");
  for (const auto* setting : {"device-failures", "max-accounts-per-device", "device-sessions"}) {
    set(level, setting, setting == std::string("device-failures") ? "9/1h" : "9", at(0));
  }
  table.save("", level);

  for (const auto* hosts : {"1", "2 1", "1 2", "3 2 1", "2 1", "1"}) {
    CAPTURE(hosts);
    const auto facts = read(reader, alice, device_with(hosts), at(2));
    REQUIRE(facts.binding);
    CHECK(facts.binding->id == 1);
    REQUIRE(facts.licence);
    CHECK(facts.licence->id == 2);
    CHECK(facts.restrictions.size() == 1);
    CHECK(facts.sessions == 1);
    CHECK(facts.accounts_of_device == 2);
    CHECK(facts.device.failures == 3);
    CHECK(read(reader, alice, std::nullopt, at(2)).restrictions.empty());
  }
  const auto stranger = read(reader, alice, device_with("2 3"), at(2));
  CHECK_FALSE(stranger.binding);
  CHECK(stranger.restrictions.empty());
  CHECK(stranger.device.failures == 0);
}

TEST_CASE("X8 of two bindings of a device, under two keys, the one that keeps it out counts") {
  const TemporaryStore store;
  auto connection = store.open();
  FactsReader reader(connection);
  Bindings bindings(connection);
  auto first = binding(alice, 0);
  first.fingerprint = made_under("1");
  auto second = first;
  second.fingerprint = made_under("2");
  REQUIRE(bindings.insert(first));
  REQUIRE(bindings.insert(second));
  using enum BindingState;
  const std::vector<std::tuple<BindingState, BindingState, int>> cases{
      {active, revoked, 2},   {revoked, active, 1},   {active, pending, 1},   {pending, active, 2},
      {suspended, active, 1}, {active, suspended, 2}, {suspended, revoked, 2}};
  for (const auto& [of_first, of_second, counts] : cases) {
    bindings.set_state(1, of_first, std::nullopt);
    bindings.set_state(2, of_second, std::nullopt);
    for (const auto* hosts : {"1 2", "2 1"}) {
      CHECK(read(reader, alice, device_with(hosts), at(2)).binding->id == counts);
    }
  }
}
