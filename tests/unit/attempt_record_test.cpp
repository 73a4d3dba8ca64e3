#include "shim/auth/attempt_record.hpp"

#include <doctest/doctest.h>

#include <array>

#include "tests/unit/keys.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;
using namespace std::chrono_literals;

namespace {

const std::string alice = "alice@example.com";
const AttemptContext context{.service = "smtp", .peer = "192.0.2.7", .mechanism = "PLAIN", .password = {}};

const Verdict unbound{Decision::refuse, Reason::unbound};
const Verdict bound{Decision::allow, Reason::bound};

Judgement judgement(const Verdict& verdict = unbound) {
  Judgement made;
  made.attempt.service = "smtp";
  made.attempt.account = alice;
  made.attempt.device = device(1);
  made.attempt.peer = Address::parse("192.0.2.7");
  made.attempt.at = at(0);
  made.verdict = verdict;
  made.facts = Facts();
  return made;
}

Judgement own(const Verdict& verdict = bound) {
  auto made = judgement(verdict);
  made.facts->binding = binding(alice, 1);
  made.facts->binding->id = 7;
  return made;
}

Judgement of_type(std::initializer_list<TypeFlag> flags, const Verdict& verdict = unbound) {
  auto made = judgement(verdict);
  made.facts->type.flags = flags;
  return made;
}

Entry entry(const std::optional<Judgement>& judged, Outcome outcome = Outcome::refused, bool repeated = false) {
  return entry_of(context, outcome, judged, repeated, at(5));
}

std::string counts(const Entry& entry) {
  const auto& names = entry.counted;
  std::string text;
  if (!names.device.empty()) text += "device ";
  if (!names.address.empty()) text += "address ";
  if (!names.absent.empty()) text += "absent ";
  if (!names.account.empty()) text += "account ";
  if (entry.failure) text += "failure ";
  if (entry.suspicious) text += "suspicious ";
  return text;
}

std::string alerts(const Judgement& judged, Outcome outcome) {
  std::string text;
  for (const auto& alert : alerts_of(entry(judged, outcome), judged)) {
    text += std::string(name(alert.kind)) + (alert.detail.empty() ? "" : " (" + alert.detail + ")") + "; ";
  }
  return text;
}

constexpr std::array outcomes{Outcome::authenticated, Outcome::enrolled, Outcome::quarantined,
                              Outcome::refused,       Outcome::failed,   Outcome::unavailable};

}  // namespace

TEST_CASE("an entry says what was tried, by whom, from where and what came of it") {
  const auto event = entry(judgement()).event;
  CHECK(event.at == at(5));
  CHECK(event.outcome == Outcome::refused);
  CHECK(event.account == alice);
  CHECK(event.type == "uuid");
  CHECK(event.fingerprint == fingerprint(1).hex());
  CHECK(event.peer == "192.0.2.7");
  CHECK(event.network == "192.0.2.7/32");
  CHECK(event.service == "smtp");
  CHECK(event.verdict == "refuse");
  CHECK(event.reason == "unbound");
  CHECK(event.detail == "PLAIN");
}

TEST_CASE("where nobody judged, there is what the connection knows") {
  const auto made = entry(std::nullopt, Outcome::failed);
  CHECK(made.event.outcome == Outcome::failed);
  CHECK(made.event.peer == "192.0.2.7");
  CHECK(made.event.detail == "PLAIN");
  CHECK(made.event.account.empty());
  CHECK(made.event.reason.empty());
  CHECK(counts(made).empty());
  CHECK_FALSE(made.used_binding);
  CHECK(alerts_of(made, std::nullopt).empty());
}

TEST_CASE("X4 observe mode: the history says what would have been") {
  CHECK(entry(judgement({Decision::allow, Reason::unbound, true}), Outcome::authenticated).event.detail ==
        "PLAIN, would be refused");
}

TEST_CASE("UC6 the network is that of the settings, or the built-in one without facts") {
  auto judged = judgement();
  judged.facts->settings.ipv4_prefix = 24;
  CHECK(entry(judged).event.network == "192.0.2.0/24");
  judged.facts.reset();
  CHECK(entry(judged, Outcome::unavailable).event.network == "192.0.2.7/32");
  judged.attempt.peer.reset();
  CHECK(entry(judged, Outcome::unavailable).event.network.empty());
}

TEST_CASE("D7.3 the user's log names a device where its type has that flag, and no other flag does") {
  using enum TypeFlag;
  for (const auto flag : {ignore, debug, system_log, user_log, authenticate, alert_failure, alert_success, unused}) {
    CAPTURE(static_cast<int>(flag));
    const auto event = entry(of_type({flag})).event;
    CHECK(event.type == (flag == user_log ? "uuid" : ""));
    CHECK(event.fingerprint == (flag == user_log ? fingerprint(1).hex() : ""));
    CHECK((logged_device(of_type({flag})) != nullptr) == (flag == system_log));
  }
  auto without = judgement();
  without.attempt.device.reset();
  CHECK(entry(without).event.type.empty());
  CHECK(logged_device(without) == nullptr);
}

TEST_CASE("D7.3 while the store does not answer, what is built in is in force") {
  auto judged = judgement({Decision::unavailable, Reason::store_failure});
  judged.facts.reset();
  const auto made = entry(judged, Outcome::unavailable);
  CHECK(made.event.fingerprint == fingerprint(1).hex());
  CHECK(counts(made).empty());
  CHECK_FALSE(made.used_binding);
  CHECK(logged_device(judged) != nullptr);
  CHECK_FALSE(session_of(judged));
  CHECK(alerts_of(made, judged).empty());
}

TEST_CASE("U6.2.3 a stranger's attempt counts for device, address and account, and as a failure where it fails") {
  CHECK(counts(entry(judgement(), Outcome::refused)) == "device address account failure suspicious ");
  CHECK(counts(entry(judgement(), Outcome::failed)) == "device address account failure suspicious ");
  for (const auto outcome : {Outcome::authenticated, Outcome::enrolled, Outcome::quarantined}) {
    CHECK(counts(entry(judgement(), outcome)) == "device address account ");
  }
  CHECK(counts(entry(judgement(), Outcome::unavailable)).empty());
}

TEST_CASE("UC5 an attempt without identity counts as such, and so does one whose type does not count") {
  auto absent = judgement();
  absent.attempt.device.reset();
  CHECK(counts(entry(absent)) == "address absent account failure suspicious ");
  CHECK(counts(entry(of_type({TypeFlag::ignore}))) == "address absent account failure suspicious ");
}

TEST_CASE("X2 a failure of an own device is counted against itself alone, and is not suspicious") {
  CHECK(counts(entry(own(), Outcome::failed)) == "device failure ");
  CHECK(counts(entry(own(), Outcome::authenticated)) == "device ");
  auto revoked = own({Decision::refuse, Reason::revoked});
  revoked.facts->binding->state = BindingState::revoked;
  CHECK(counts(entry(revoked)) == "device address account failure suspicious ");
}

TEST_CASE("UC6 what is refused for what others did, or too often, is not counted, or it would never end") {
  using enum Reason;
  for (const auto reason : {device_blocked, address_blocked, known_only, valid_only, device_limit, address_limit,
                            account_limit, device_sessions, absent_limit}) {
    CAPTURE(name(reason));
    CHECK(counts(entry(judgement({Decision::refuse, reason}))).empty());
    CHECK(entry(judgement({Decision::refuse, reason})).event.reason == name(reason));
    // X4: nothing was refused.
    CHECK(counts(entry(judgement({Decision::allow, reason, true}), Outcome::failed)) ==
          "device address account failure suspicious ");
  }
  for (const auto reason : {type_denied, form_mismatch, too_many_accounts, two_places, expired, unbound}) {
    CAPTURE(name(reason));
    CHECK(counts(entry(judgement({Decision::refuse, reason}))) == "device address account failure suspicious ");
  }
}

TEST_CASE("X5 a device that waits for approval makes no failures by trying again") {
  CHECK(counts(entry(judgement({Decision::refuse, Reason::pending}))) == "device address account ");
}

TEST_CASE("UC2 an entry says whether many use the device") {
  CHECK_FALSE(entry(judgement(), Outcome::failed).used_by_many);
  auto shared = judgement();
  shared.facts->type.shared = true;
  CHECK(entry(shared, Outcome::failed).used_by_many);
}

TEST_CASE("UC7 the same wrong password again is no further failure, and stays suspicious") {
  CHECK(counts(entry(judgement(), Outcome::failed, true)) == "device address account suspicious ");
  CHECK(counts(entry(own(), Outcome::failed, true)) == "device ");
}

TEST_CASE("a success is a use of the binding, else of the licence") {
  CHECK(entry(own(), Outcome::authenticated).used_binding == 7);
  auto both = own();
  both.facts->licence = both.facts->binding;
  both.facts->licence->id = 8;
  CHECK(entry(both, Outcome::enrolled).used_binding == 7);
  both.facts->binding.reset();
  CHECK(entry(both, Outcome::authenticated).used_binding == 8);
  CHECK_FALSE(entry(judgement(), Outcome::authenticated).used_binding);
  for (const auto outcome : {Outcome::quarantined, Outcome::refused, Outcome::failed, Outcome::unavailable}) {
    CHECK_FALSE(entry(own(), outcome).used_binding);
  }
}

TEST_CASE("D7.3 a device that does not count uses no binding, and opens no session") {
  auto judged = own();
  judged.facts->type.flags = {TypeFlag::user_log, TypeFlag::system_log};
  CHECK_FALSE(entry(judged, Outcome::authenticated).used_binding);
  CHECK_FALSE(session_of(judged));
  judged = own();
  judged.attempt.device.reset();
  CHECK_FALSE(entry(judged, Outcome::authenticated).used_binding);
  CHECK_FALSE(session_of(judged));
}

TEST_CASE("U6.2.3 the session of a device that counts") {
  auto judged = own();
  judged.facts->settings.ipv4_prefix = 24;
  const auto session = session_of(judged);
  REQUIRE(session);
  CHECK(session->type == "uuid");
  CHECK(session->fingerprint == fingerprint(1).hex());
  CHECK(session->account == alice);
  CHECK(session->peer == "192.0.2.7");
  CHECK(session->network == "192.0.2.0/24");
  CHECK(session->opened == at(0));
  judged.attempt.peer.reset();
  CHECK(session_of(judged)->peer.empty());
  CHECK(session_of(judged)->network.empty());
}

TEST_CASE("what a client is told") {
  CHECK(status_of(Outcome::authenticated) == AuthStatus::authenticated);
  CHECK(status_of(Outcome::enrolled) == AuthStatus::authenticated);
  CHECK(status_of(Outcome::quarantined) == AuthStatus::refused);
  CHECK(status_of(Outcome::refused) == AuthStatus::refused);
  CHECK(status_of(Outcome::failed) == AuthStatus::refused);
  CHECK(status_of(Outcome::unavailable) == AuthStatus::unavailable);
  CHECK(status_of(Outcome::changed) == AuthStatus::unavailable);
}

TEST_CASE("an alert says whom it is of, without token and with the short fingerprint") {
  const auto judged = judgement({Decision::enrol, Reason::learned});
  CHECK(alerts_of(entry(judged, Outcome::enrolled), judged) ==
        std::vector<Alert>{{.kind = AlertKind::device_bound,
                            .at = at(5),
                            .account = alice,
                            .type = "uuid",
                            .fingerprint = fingerprint(1).short_form(),
                            .peer = "192.0.2.7",
                            .reason = "learned",
                            .detail = {},
                            .has_holder = true}});
}

TEST_CASE("new devices are alerts, and without flags nothing else is") {
  for (const auto outcome : outcomes) {
    CAPTURE(name(outcome));
    CHECK(alerts(judgement(), outcome) == (outcome == Outcome::enrolled      ? "device-bound; "
                                           : outcome == Outcome::quarantined ? "device-quarantined; "
                                                                             : ""));
  }
}

TEST_CASE("D7.3 alerts when authentication fails, and when it succeeds") {
  using enum TypeFlag;
  for (const auto outcome : outcomes) {
    CAPTURE(name(outcome));
    const bool success = outcome == Outcome::authenticated || outcome == Outcome::enrolled;
    const bool failure = outcome == Outcome::refused || outcome == Outcome::failed;
    const auto on_failure = alerts(of_type({authenticate, user_log, alert_failure}), outcome);
    CHECK((on_failure.find("authentication-failed; ") != std::string::npos) == failure);
    CHECK(on_failure.find("authentication-succeeded") == std::string::npos);
    const auto on_success = alerts(of_type({authenticate, user_log, alert_success}), outcome);
    CHECK((on_success.find("authentication-succeeded; ") != std::string::npos) == success);
    CHECK(on_success.find("authentication-failed") == std::string::npos);
  }
  auto without = of_type({authenticate, alert_failure, alert_success});
  without.attempt.device.reset();
  CHECK(alerts(without, Outcome::failed).empty());
  CHECK(alerts(without, Outcome::authenticated).empty());
}

TEST_CASE("an account that was tried has no holder yet") {
  auto judged = of_type({TypeFlag::authenticate, TypeFlag::alert_failure, TypeFlag::alert_success});
  const auto has_holder = [&](Outcome outcome) { return alerts_of(entry(judged, outcome), judged).at(0).has_holder; };
  CHECK_FALSE(has_holder(Outcome::failed));
  CHECK_FALSE(has_holder(Outcome::refused));
  CHECK(has_holder(Outcome::authenticated));
  CHECK(has_holder(Outcome::quarantined));
  judged.facts->active_devices = 1;
  CHECK(has_holder(Outcome::failed));
  judged.facts->active_devices = 0;
  judged.facts->binding = binding(alice, 1);
  CHECK(has_holder(Outcome::refused));
}

TEST_CASE("D7.3 an alert names no device that is kept nowhere") {
  const auto judged = of_type({TypeFlag::alert_failure});
  const auto raised = alerts_of(entry(judged), judged);
  REQUIRE(raised.size() == 1);
  CHECK(raised[0].type.empty());
  CHECK(raised[0].fingerprint.empty());
}

TEST_CASE("U6.2.4 a device in two places is an alert where it came in, or was kept out for that") {
  auto judged = own();
  judged.facts->sessions_elsewhere = 2;
  const std::string conflict = "location-conflict (2 open in other networks); ";
  for (const auto setting : {TwoPlaces::alert, TwoPlaces::refuse}) {
    judged.facts->settings.two_places = setting;
    CHECK(alerts(judged, Outcome::authenticated) == conflict);
    CHECK(alerts(judged, Outcome::failed).empty());
    CHECK(alerts(judged, Outcome::refused).empty());
  }
  judged.verdict = {Decision::refuse, Reason::two_places};
  CHECK(alerts(judged, Outcome::refused) == conflict);
  judged.facts->settings.two_places = TwoPlaces::off;
  CHECK(alerts(judged, Outcome::authenticated).empty());
  judged.facts->settings.two_places = TwoPlaces::alert;
  judged.facts->sessions_elsewhere = 0;
  CHECK(alerts(judged, Outcome::authenticated).empty());
}

namespace {

// As a host with these keys judges it, bound under that one.
Judgement with_keys(const std::string& hosts, const std::string& bound_under, const Verdict& verdict = bound) {
  auto made = own(verdict);
  made.attempt.device = device_with(hosts);
  made.facts->binding->fingerprint = made_under(bound_under);
  return made;
}

}  // namespace

TEST_CASE("X8 a device that was found under an older key is moved, whether its password was right or not") {
  for (const auto outcome : {Outcome::authenticated, Outcome::failed, Outcome::refused}) {
    const auto made = entry(with_keys("3 2 1", "1"), outcome);
    REQUIRE(made.move);
    REQUIRE(made.move->from.size() == 1);
    CHECK(made.move->from[0].fingerprint == made_under("1"));
    CHECK(made.move->from[0].key_id == "1");
    CHECK(made.move->fingerprint == made_under("3").hex());
    CHECK(made.move->key_id == "3");
    CHECK(made.event.fingerprint == made_under("3").hex());
    CHECK(made.key_id == "3");
    CHECK(made.other_fingerprints == std::vector{made_under("2").hex(), made_under("1").hex()});
  }
}

TEST_CASE("X8 a licence or a block under an older key is reason enough to move the device") {
  auto licensed = with_keys("2 1", "1");
  licensed.facts->licence.swap(licensed.facts->binding);
  CHECK(entry(licensed, Outcome::authenticated).move);
  auto blocked = judgement();
  blocked.attempt.device = device_with("2 1");
  CHECK_FALSE(entry(blocked).move);
  blocked.facts->restrictions = {{.kind = Restricted::device, .subject = made_under("1").hex()}};
  CHECK(entry(blocked).move);
  blocked.facts->restrictions = {{.kind = Restricted::device, .subject = made_under("2").hex()}};
  CHECK_FALSE(entry(blocked).move);
}

TEST_CASE("X8 no device is moved to where it stands, nor back to an older key") {
  CHECK_FALSE(entry(with_keys("1", "1"), Outcome::authenticated).move);
  CHECK_FALSE(entry(with_keys("2 1", "2"), Outcome::authenticated).move);
  CHECK_FALSE(entry(with_keys("1 2", "2"), Outcome::authenticated).move);
  auto uncounted = with_keys("2 1", "1");
  uncounted.facts->type.flags = {TypeFlag::ignore};
  CHECK_FALSE(entry(uncounted, Outcome::authenticated).move);
}

TEST_CASE("X8 a device that another host has bound under a newer key goes by that name") {
  const auto judged = with_keys("1 2", "2");
  const auto made = entry(judged, Outcome::authenticated);
  CHECK(made.event.fingerprint == made_under("2").hex());
  CHECK(made.key_id == "2");
  CHECK(made.other_fingerprints == std::vector{made_under("1").hex()});
  CHECK(session_of(judged)->fingerprint == made_under("2").hex());
  CHECK(made.counted.device.starts_with("device " + made_under("1").hex()));
}
