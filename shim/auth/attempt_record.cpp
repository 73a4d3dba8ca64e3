#include "shim/auth/attempt_record.hpp"

#include <utility>

#include "plugin/policy/two_places.hpp"
#include "shim/ops/log.hpp"
#include "shim/ops/metrics.hpp"

namespace clientid {
namespace {

bool is_success(Outcome outcome) {
  return outcome == Outcome::authenticated || outcome == Outcome::enrolled;
}

bool is_refusal(Outcome outcome) {
  return outcome == Outcome::failed || outcome == Outcome::refused;
}

TypeFlags flags_of(const Judgement& judgement) {
  return judgement.facts ? judgement.facts->type.flags : TypeRule().flags;
}

const Fingerprint& shown(const Judgement& judgement) {
  return judgement.facts ? shown_fingerprint(judgement.attempt, *judgement.facts)
                         : judgement.attempt.device->fingerprint;
}

// D7.3: what is not to be kept is not put in.
void name_device(Entry& entry, const Judgement& judgement) {
  const auto& device = judgement.attempt.device;
  if (!device || !flags_of(judgement).has(TypeFlag::user_log)) return;
  entry.event.type = device->type;
  entry.event.fingerprint = shown(judgement).hex();
  entry.key_id = device->key_id;
  for (const auto& other : device->others) {
    if (other.fingerprint == shown(judgement)) entry.key_id = other.key_id;
  }
  entry.other_fingerprints = fingerprints_of(*device);
  std::erase(entry.other_fingerprints, entry.event.fingerprint);
}

// X8. Whether the password was right does not matter: nobody is let in or kept out by it, and a device that is blocked
// or revoked must not come back as a stranger when its key is retired.
std::optional<DeviceMove> move_of(const Judgement& judgement) {
  if (!judgement.facts) return std::nullopt;
  auto from = outdated_fingerprints(judgement.attempt, *judgement.facts);
  if (from.empty()) return std::nullopt;
  const auto& device = *judgement.attempt.device;
  return DeviceMove{std::move(from), device.fingerprint.hex(), device.key_id};
}

std::optional<std::int64_t> used_binding(const Facts& facts) {
  if (facts.binding) return facts.binding->id;
  if (facts.licence) return facts.licence->id;
  return std::nullopt;
}

// A device that waits for approval has shown the right password once, and its retries are nobody's guesses.
void count(Entry& entry, const Judgement& judgement, bool repeated) {
  const auto& [attempt, verdict, facts] = judgement;
  const bool restrained = verdict.decision == Decision::refuse && is_restraint(verdict.reason);
  if (!facts || restrained || entry.event.outcome == Outcome::unavailable) return;
  entry.counted = counted_names(attempt, *facts);
  const bool guess = is_refusal(entry.event.outcome) && verdict.reason != Reason::pending;
  entry.failure = guess && !repeated;
  entry.suspicious = guess && !is_own_device(attempt, *facts);
  entry.used_by_many = is_used_by_many(attempt, *facts);
}

void write_log(const Event& event, const AttemptContext& context, const std::optional<Judgement>& judgement) {
  const auto* device = judgement ? logged_device(*judgement) : nullptr;
  log::info("auth", {{"peer", event.peer},
                     {"outcome", std::string(name(event.outcome))},
                     {"verdict", event.verdict},
                     {"reason", event.reason},
                     {"mechanism", context.mechanism},
                     {"account", event.account},
                     {"type", device != nullptr ? device->type : ""},
                     {"fingerprint", device != nullptr ? shown(*judgement).short_form() : ""}});
  if (!judgement || !judgement->attempt.device || !flags_of(*judgement).has(TypeFlag::debug)) return;
  const auto& hidden = *judgement->attempt.device;
  log::debug("identity", {{"peer", event.peer},
                          {"account", event.account},
                          {"type", hidden.type},
                          {"fingerprint", hidden.fingerprint.short_form()}});
}

}  // namespace

AuthStatus status_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::authenticated:
    case Outcome::enrolled: return AuthStatus::authenticated;
    case Outcome::quarantined:
    case Outcome::refused:
    case Outcome::failed: return AuthStatus::refused;
    case Outcome::unavailable:
    case Outcome::changed: break;
  }
  return AuthStatus::unavailable;
}

std::optional<OpenSession> session_of(const Judgement& judgement) {
  const auto& [attempt, verdict, facts] = judgement;
  const auto* device = facts ? counted_device(attempt, *facts) : nullptr;
  if (device == nullptr) return std::nullopt;
  const auto network = counted_network(attempt, facts->settings);
  return OpenSession{.type = device->type,
                     .fingerprint = shown(judgement).hex(),
                     .account = attempt.account,
                     .peer = attempt.peer ? attempt.peer->to_string() : "",
                     .network = network ? network->to_string() : "",
                     .opened = attempt.at};
}

const Device* logged_device(const Judgement& judgement) {
  const auto& device = judgement.attempt.device;
  return device && flags_of(judgement).has(TypeFlag::system_log) ? &*device : nullptr;
}

Entry entry_of(const AttemptContext& context, Outcome outcome, const std::optional<Judgement>& judgement, bool repeated,
               Time now) {
  Entry entry;
  auto& event = entry.event;
  event.at = now;
  event.outcome = outcome;
  event.peer = context.peer;
  event.service = context.service;
  event.detail = context.mechanism;
  if (!judgement) return entry;
  const auto& [attempt, verdict, facts] = *judgement;
  event.account = attempt.account;
  event.verdict = name(verdict.decision);
  event.reason = name(verdict.reason);
  if (verdict.observed) event.detail += ", would be refused";
  if (const auto network = counted_network(attempt, facts ? facts->settings : Settings())) {
    event.network = network->to_string();
  }
  name_device(entry, *judgement);
  entry.move = move_of(*judgement);
  if (is_success(outcome) && facts && counted_device(attempt, *facts) != nullptr) {
    entry.used_binding = used_binding(*facts);
  }
  count(entry, *judgement, repeated);
  return entry;
}

std::vector<Alert> alerts_of(const Entry& entry, const std::optional<Judgement>& judgement) {
  if (!judgement || !judgement->facts) return {};
  const auto& [attempt, verdict, facts] = *judgement;
  const auto& event = entry.event;
  const bool success = is_success(event.outcome);
  const bool has_holder = success || event.outcome == Outcome::quarantined || facts->binding ||
                          facts->active_devices > 0 || facts->pending_devices > 0;
  std::vector<Alert> alerts;
  const auto raise = [&](AlertKind kind, std::string detail = {}) {
    alerts.push_back({.kind = kind,
                      .at = event.at,
                      .account = event.account,
                      .type = event.type,
                      .fingerprint = short_form(event.fingerprint),
                      .peer = event.peer,
                      .reason = event.reason,
                      .detail = std::move(detail),
                      .has_holder = has_holder});
  };
  const auto& flags = facts->type.flags;
  if (event.outcome == Outcome::enrolled) raise(AlertKind::device_bound);
  if (event.outcome == Outcome::quarantined) raise(AlertKind::device_quarantined);
  if (attempt.device && success && flags.has(TypeFlag::alert_success)) raise(AlertKind::authentication_succeeded);
  if (attempt.device && is_refusal(event.outcome) && flags.has(TypeFlag::alert_failure)) {
    raise(AlertKind::authentication_failed);
  }
  if (facts->settings.two_places != TwoPlaces::off && (success || verdict.reason == Reason::two_places)) {
    if (const auto conflict = location_conflict(attempt, *facts)) raise(AlertKind::location_conflict, *conflict);
  }
  return alerts;
}

void record_attempt(const AttemptBooks& books, const AttemptContext& context, Outcome outcome,
                    const std::optional<Judgement>& judgement) {
  metrics.outcomes[outcome].add();
  if (judgement) metrics.count(judgement->verdict);
  const bool judged = judgement && judgement->facts;
  bool repeated = false;
  if (is_refusal(outcome) && context.password) {
    const auto limit = judged ? judgement->facts->settings.account_failures : Rate();
    repeated =
        books.passwords.again(*context.password, now(), limit.limits() ? limit.window : std::chrono::minutes(10));
  }
  // Limits hold only if all hosts count by one clock, that of the store.
  auto entry = entry_of(context, outcome, judgement, repeated, judged ? judgement->attempt.at : now());
  write_log(entry.event, context, judgement);
  auto alerts = alerts_of(entry, judgement);
  books.recorder.record(std::move(entry), std::move(alerts));
}

}  // namespace clientid
