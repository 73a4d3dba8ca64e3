#include "plugin/store/detection.hpp"

#include <doctest/doctest.h>

#include "plugin/store/bindings.hpp"
#include "plugin/store/counters.hpp"
#include "plugin/store/history.hpp"
#include "plugin/store/restrictions.hpp"
#include "plugin/store/settings_table.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

const std::string alice = "alice@example.com";
const std::string phone = fingerprint(1).hex();
const std::string network = "192.0.2.7/32";

Event failure(const std::string& account, const std::string& device, const std::string& from, long long when = 0,
              const std::string& reason = "unbound", Outcome outcome = Outcome::failed) {
  Event made;
  made.at = at(when);
  made.outcome = outcome;
  made.account = account;
  made.fingerprint = device;
  made.network = from;
  made.reason = reason;
  return made;
}

class Site {
 public:
  Site() : connection_(store_.open()), detection_(connection_) { set("", "detect-all", "none"); }

  void set(const std::string& scope, const std::string& name, const std::string& value) {
    SettingsTable table(connection_);
    auto level = table.load(scope);
    clientid::set(level, name, value, at(0));
    table.save(scope, level);
  }
  void happen(const Event& event) { History(connection_).append({event}); }

  // So many failures of different accounts, devices or networks, as the arguments leave them out.
  void fail(unsigned times, const std::string& account, const std::string& device, const std::string& from,
            long long when = 0, const std::string& reason = "unbound", Outcome outcome = Outcome::failed) {
    std::vector<Event> events;
    for (unsigned i = 1; i <= times; ++i) {
      const auto number = std::to_string(i);
      events.push_back(failure(account == "*" ? "user" + number + "@example.com" : account,
                               device == "*" ? fingerprint(100 + i).hex() : device,
                               from == "*" ? "198.51.100." + number + "/32" : from, when, reason, outcome));
    }
    History(connection_).append(events);
  }

  std::vector<Alert> look(const Suspects& suspects, long long when = 0) { return detection_.look(suspects, at(when)); }
  std::vector<Alert> look_at_account(long long when = 0) { return look({.accounts = {alice}, .any = true}, when); }
  std::vector<Alert> look_at_device(long long when = 0) { return look({.devices = {{phone, {}}}, .any = true}, when); }
  std::vector<Alert> look_at_network(long long when = 0) { return look({.networks = {network}, .any = true}, when); }
  std::vector<Alert> look_at_all(long long when = 0) { return look({.any = true}, when); }

  std::string restrictions(long long when = 0) {
    std::string all;
    for (const auto& each : Restrictions(connection_).list(at(when))) {
      all += std::string(name(each.effect)) + " " + std::string(name(each.kind)) + " " + each.subject + " " +
             end_of(each) + " by " + each.created_by + ": " + each.cause + "; ";
    }
    return all;
  }
  Connection& connection() { return connection_; }

 private:
  TemporaryStore store_;
  Connection connection_;
  Detection detection_;
};

}  // namespace

TEST_CASE("UC7 an account tried from many devices is for bound devices alone, for a time") {
  Site site;
  site.set("", "detect-account", "5/10m");
  site.set("", "detect-for", "30m");
  site.fail(4, alice, "*", network);
  CHECK(site.look_at_account().empty());
  CHECK(site.restrictions().empty());
  site.happen(failure(alice, fingerprint(9).hex(), network));
  CHECK(site.look_at_account() == std::vector<Alert>{{.kind = AlertKind::detection,
                                                      .at = at(0),
                                                      .account = alice,
                                                      .type = {},
                                                      .fingerprint = {},
                                                      .peer = {},
                                                      .reason = {},
                                                      .detail = "5 devices or networks failed on the account: "
                                                                "known-only until 2023-11-14T22:43:20Z"}});
  CHECK(site.restrictions() ==
        "known-only account alice@example.com until 2023-11-14T22:43:20Z by detection: 5 devices or networks failed on "
        "the account; ");
}

TEST_CASE("an account that was only tried has no holder who could be told") {
  Site site;
  site.set("", "detect-account", "5/10m");
  site.set("", "detect-for", "1m");
  const auto has_holder = [&](long long when) { return site.look_at_account(when).at(0).has_holder; };
  site.fail(5, alice, "*", network, 0);
  CHECK_FALSE(has_holder(0));
  site.happen(failure(alice, "", network, 1, "absent-allowed", Outcome::authenticated));
  CHECK(has_holder(60));
  site.fail(5, "bob@example.com", "*", network, 20);
  Bindings(site.connection()).insert(binding("bob@example.com", 1));
  CHECK(site.look({.accounts = {"bob@example.com"}, .any = true}, 20).at(0).has_holder);
}

TEST_CASE("UC7 an account tried from many networks, without identity") {
  Site site;
  site.set("", "detect-account", "5/10m");
  site.fail(4, alice, "", "*");
  site.fail(9, "bob@example.com", "*", "*");
  CHECK(site.look_at_account().empty());
  site.happen(failure(alice, "", network));
  CHECK(site.look_at_account().size() == 1);
  CHECK(site.restrictions().starts_with("known-only account alice@example.com until 2023-11-14T23:13:20Z"));
}

TEST_CASE("UC7 it is different devices, networks and accounts that count, not how often") {
  Site site;
  site.set("", "detect-account", "3/10m");
  site.set("", "detect-device", "3/10m");
  site.set("", "detect-address", "3/10m");
  for (int i = 0; i < 9; ++i) site.happen(failure(alice, phone, network));
  site.happen(failure("bob@example.com", phone, network));
  site.happen(failure(alice, fingerprint(2).hex(), "198.51.100.1/32"));
  // Where there is none, none is counted.
  site.happen(failure(alice, "", ""));
  CHECK(site.look({.accounts = {alice}, .devices = {{phone, {}}}, .networks = {network}, .any = true}).empty());
  CHECK(site.restrictions().empty());
  CHECK(number(site.connection(), "SELECT count(*) FROM event WHERE outcome = 'changed'") == 0);
}

TEST_CASE("UC7 a device that fails on many accounts is blocked for a time") {
  Site site;
  site.set("", "detect-device", "5/10m");
  site.fail(4, "*", phone, "*");
  site.fail(9, "*", fingerprint(2).hex(), "*");
  CHECK(site.look_at_device().empty());
  site.happen(failure(alice, phone, ""));
  const auto alerts = site.look_at_device();
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].kind == AlertKind::detection);
  CHECK(alerts[0].at == at(0));
  CHECK(alerts[0].account.empty());
  CHECK(alerts[0].fingerprint == fingerprint(1).short_form());
  CHECK(alerts[0].detail == "the device failed on 5 accounts: block until 2023-11-14T23:13:20Z");
  CHECK(site.restrictions() ==
        "block device " + phone + " until 2023-11-14T23:13:20Z by detection: the device failed on 5 accounts; ");
}

TEST_CASE("UC7 a network from which many accounts fail is blocked for a time") {
  Site site;
  site.set("", "detect-address", "5/10m");
  site.fail(4, "*", "*", network);
  site.fail(9, "*", "*", "203.0.113.0/24");
  CHECK(site.look_at_network().empty());
  site.happen(failure(alice, "", network));
  const auto alerts = site.look_at_network();
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].kind == AlertKind::detection);
  CHECK(alerts[0].peer == network);
  CHECK(alerts[0].detail == "5 accounts failed from the network: block until 2023-11-14T23:13:20Z");
  CHECK(site.restrictions() ==
        "block network " + network + " until 2023-11-14T23:13:20Z by detection: 5 accounts failed from the network; ");
}

TEST_CASE("UC7 only failures within the window count") {
  Site site;
  site.set("", "detect-account", "3/10m");
  site.set("", "detect-device", "3/10m");
  site.set("", "detect-address", "3/10m");
  site.fail(1, alice, "*", "");
  site.fail(3, alice, "*", "", 600);
  CHECK(site.look_at_account(1201).empty());
  site.fail(2, "*", phone, "", 600);
  site.happen(failure(alice, phone, "", 599));
  CHECK(site.look_at_device(1200).empty());
  site.fail(2, "*", "", network, 600);
  site.happen(failure(alice, "", network, 599));
  CHECK(site.look_at_network(1200).empty());
  CHECK(site.look_at_account(1200).size() == 1);
  CHECK(site.look_at_network(1199).size() == 1);
  CHECK(site.look_at_device(1199).size() == 1);
}

TEST_CASE("UC7 successes, changes and what could not be decided are no failures") {
  Site site;
  site.set("", "detect-account", "3/10m");
  using enum Outcome;
  for (const auto outcome : {authenticated, enrolled, quarantined, unavailable, changed}) {
    site.fail(9, alice, "*", "*", 0, "unbound", outcome);
  }
  CHECK(site.look_at_account().empty());
  site.fail(3, alice, "*", "", 0, "unbound", refused);
  CHECK(site.look_at_account().size() == 1);
}

TEST_CASE("X2 failures of own devices do not count") {
  Site site;
  site.set("", "detect-account", "3/10m");
  site.set("", "detect-device", "3/10m");
  site.set("", "detect-address", "3/10m");
  site.fail(9, alice, "*", "*", 0, "bound");
  site.fail(9, "*", phone, network, 0, "bound");
  CHECK(site.look({.accounts = {alice}, .devices = {{phone, {}}}, .networks = {network}, .any = true}).empty());
  CHECK(site.restrictions().empty());
}

TEST_CASE("UC7 what is refused for what others did is no failure, or no block would ever end") {
  Site site;
  site.set("", "detect-account", "3/10m");
  site.set("", "detect-address", "3/10m");
  for (const auto* reason : {"device-blocked", "address-blocked", "known-only", "valid-only", "device-limit",
                             "address-limit", "account-limit", "device-sessions", "absent-limit", "pending"}) {
    CAPTURE(reason);
    site.fail(9, alice, "*", "*", 0, reason, Outcome::refused);
    site.fail(9, "*", "", network, 0, reason, Outcome::refused);
    CHECK(site.look_at_account().empty());
    CHECK(site.look_at_network().empty());
  }
  CHECK(site.restrictions().empty());
  // X4: in observe mode it was tried, and the password was wrong.
  site.fail(3, alice, "*", "*", 0, "known-only", Outcome::failed);
  CHECK(site.look_at_account().size() == 1);
}

TEST_CASE("UC7 failures overall above a threshold bring attack mode, or an alert alone") {
  Site site;
  site.set("", "detect-all", "100/10m");
  const auto count = [&](unsigned failures) {
    Counters(site.connection()).add({{{all_failures, at(0)}, {.attempts = 0, .failures = failures}}});
  };
  count(99);
  CHECK(site.look_at_all().empty());
  count(1);
  SUBCASE("alert") {
    const auto alerts = site.look_at_all();
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].kind == AlertKind::attack_mode);
    CHECK(alerts[0].at == at(0));
    CHECK(alerts[0].detail == "100 failures overall in 10m");
    CHECK(site.restrictions().empty());
  }
  SUBCASE("valid-only") {
    site.set("", "detect-all-mode", "valid-only");
    const auto alerts = site.look_at_all();
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].kind == AlertKind::attack_mode);
    CHECK(alerts[0].detail == "100 failures overall in 10m: valid-only until 2023-11-14T23:13:20Z");
    CHECK(site.restrictions() ==
          "valid-only everybody  until 2023-11-14T23:13:20Z by detection: 100 failures overall in 10m; ");
    CHECK(site.look_at_all().empty());
  }
  SUBCASE("known-only") {
    site.set("", "detect-all-mode", "known-only");
    CHECK(site.look_at_all().size() == 1);
    CHECK(site.restrictions().starts_with("known-only everybody"));
  }
  SUBCASE("the window is over") {
    CHECK(site.look_at_all(610).empty());
  }
}

TEST_CASE("UC7 what failed before the clock was put back is no attack of now") {
  constexpr long long day = 86400;
  Site site;
  site.set("", "detect-account", "3/10m");
  site.fail(3, alice, "*", "", day);
  CHECK(site.look_at_account(0).empty());
  // Another host's clock may be a little ahead.
  CHECK(site.look_at_account(day - 61).empty());
  CHECK(site.look_at_account(day - 60).size() == 1);
}

TEST_CASE("UC7 an attack is told of anew where the clock was put back meanwhile") {
  constexpr long long day = 86400;
  Site site;
  site.set("", "detect-all", "100/10m");
  for (const long long when : {0LL, day}) {
    Counters(site.connection()).add({{{all_failures, at(when)}, {.attempts = 0, .failures = 100}}});
  }
  CHECK(site.look_at_all(day).size() == 1);
  CHECK(site.look_at_all(day + 1).empty());
  CHECK(site.look_at_all(0).size() == 1);
  CHECK(site.look_at_all(1).empty());
}

TEST_CASE("UC7 without a suspect nothing is looked at") {
  Site site;
  site.set("", "detect-all", "1/10m");
  site.fail(99, alice, "*", "*");
  Counters(site.connection()).add({{{all_failures, at(0)}, {.attempts = 0, .failures = 99}}});
  CHECK(site.look({.accounts = {alice}}).empty());
  CHECK(site.look_at_device().size() == 1);  // failures overall
}

TEST_CASE("UC7 what is none detects nothing, and an account has a setting of its own") {
  Site site;
  for (const auto* name : {"detect-account", "detect-device", "detect-address", "detect-all"}) {
    site.set("", name, "none");
  }
  site.fail(99, alice, "*", "*");
  site.fail(99, "*", phone, network);
  Counters(site.connection()).add({{{all_failures, at(0)}, {.attempts = 0, .failures = 10'000}}});
  CHECK(site.look({.accounts = {alice}, .devices = {{phone, {}}}, .networks = {network}, .any = true}).empty());
  site.set(alice, "detect-account", "99/10m");
  site.set(alice, "detect-for", "1h");
  CHECK(site.look_at_account().size() == 1);
}

TEST_CASE("UC7 what is in force is not made anew, and what has ended is") {
  Site site;
  site.set("", "detect-account", "3/10m");
  site.set("", "detect-for", "5m");
  site.fail(3, alice, "*", "");
  CHECK(site.look_at_account(0).size() == 1);
  CHECK(site.look_at_account(10).empty());
  CHECK(site.look_at_account(299).empty());
  CHECK(site.restrictions(299).starts_with("known-only account alice@example.com until 2023-11-14T22:18:20Z"));
  CHECK(number(site.connection(), "SELECT count(*) FROM event WHERE outcome = 'changed'") == 1);
  CHECK(site.look_at_account(300).size() == 1);
  CHECK(site.restrictions(300).starts_with("known-only account alice@example.com until 2023-11-14T22:23:20Z"));
  CHECK(Restrictions(site.connection()).list(at(300)).at(0).created == at(300));
}

TEST_CASE("UC7 what an operator made is left alone") {
  Site site;
  site.set("", "detect-device", "3/10m");
  Restrictions(site.connection())
      .put({.kind = Restricted::device,
            .subject = phone,
            .effect = Effect::block,
            .cause = "stolen",
            .created = at(0),
            .created_by = "operator eve"});
  site.fail(3, "*", phone, "");
  CHECK(site.look_at_device().empty());
  CHECK(site.restrictions() == "block device " + phone + " until it is lifted by operator eve: stolen; ");
}

TEST_CASE("UC7 every automatic action is an event") {
  Site site;
  site.set("", "detect-account", "3/10m");
  site.set("", "detect-device", "3/10m");
  site.set("", "detect-address", "3/10m");
  site.fail(3, alice, "*", "");
  site.fail(3, "*", phone, network);
  CHECK(site.look({.accounts = {alice}, .devices = {{phone, {}}}, .networks = {network}, .any = true}, 5).size() == 3);
  const auto events = History(site.connection()).list({.after = 6});
  REQUIRE(events.size() == 3);
  for (const auto& event : events) {
    CHECK(event.at == at(5));
    CHECK(event.outcome == Outcome::changed);
    CHECK(event.detail.starts_with("detection: "));
    CHECK(event.verdict.empty());
    CHECK(event.reason.empty());
  }
  CHECK(events[0].account == alice);
  CHECK(events[0].fingerprint.empty());
  CHECK(events[0].network.empty());
  CHECK(events[1].account.empty());
  CHECK(events[1].fingerprint == phone);
  CHECK(events[1].detail == "detection: the device failed on 3 accounts: block until 2023-11-14T23:13:25Z");
  CHECK(events[2].network == network);
  CHECK(events[2].fingerprint.empty());
}

TEST_CASE("threats: floods - detection makes so many restrictions, and no more") {
  Site site;
  site.set("", "detect-account", "3/10m");
  site.fail(3, alice, "*", "");
  const auto fill = [&](const std::string& rows, const std::string& by) {
    execute(site.connection(), "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + rows +
                                   ") INSERT INTO restriction (kind, subject, effect, until, cause, created,"
                                   " created_by, first_address, last_address) SELECT 'account', '" +
                                   by + "' || i, 'known-only', NULL, '', 0, '" + by + "', '', '' FROM n");
  };
  fill(std::to_string(Detection::max_restrictions), "detection");
  fill("10", "operator eve");
  CHECK(site.look_at_account().empty());
  execute(site.connection(), "DELETE FROM restriction WHERE subject = 'detection1'");
  CHECK(site.look_at_account().size() == 1);
}

TEST_CASE("threats: floods - of a name only the newest events are looked at") {
  Site site;
  site.set("", "detect-account", "3/10m");
  site.fail(3, alice, "*", "");
  for (int i = 0; i < 20; ++i) site.fail(100, alice, "", "");
  CHECK(site.look_at_account().empty());
}

TEST_CASE("X8 a device is blocked for what it did under all keys together") {
  Site site;
  site.set("", "detect-device", "4/1h");
  site.fail(3, "*", fingerprint(50).hex(), network);
  site.happen(failure("other@example.com", phone, network));
  CHECK(site.look_at_device().empty());
  CHECK(site.look({.devices = {{phone, {.key_id = "2", .others = {fingerprint(50).hex()}}}}, .any = true}).size() == 1);
  const auto blocks = Restrictions(site.connection()).list(at(0));
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].subject == phone);
  CHECK(blocks[0].key_id == "2");
}
