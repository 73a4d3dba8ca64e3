#include "shim/auth/attempt_record.hpp"

#include <utility>

#include "shim/ops/log.hpp"

namespace clientid {

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

void record_attempt(Recorder& recorder, const AttemptContext& context, Outcome outcome,
                    const std::optional<Judgement>& judgement) {
  Record record;
  auto& event = record.event;
  event.at = now();
  event.outcome = outcome;
  event.peer = context.peer;
  event.service = context.service;
  event.detail = context.mechanism;
  std::string fingerprint;
  if (judgement) {
    const auto& [attempt, verdict, facts] = *judgement;
    event.account = attempt.account;
    event.verdict = name(verdict.decision);
    event.reason = name(verdict.reason);
    if (verdict.observed) event.detail += ", would be refused";
    if (attempt.device) {
      event.type = attempt.device->type;
      event.fingerprint = attempt.device->fingerprint.hex();
      fingerprint = attempt.device->fingerprint.short_form();
    }
    const bool success = outcome == Outcome::authenticated || outcome == Outcome::enrolled;
    const bool own = facts && facts->binding;
    if (success && own) record.used_binding = facts->binding->id;
    if (success && !own && facts && facts->licence) record.used_binding = facts->licence->id;
  }
  log::info("auth", {{"peer", event.peer},
                     {"outcome", std::string(name(outcome))},
                     {"verdict", event.verdict},
                     {"reason", event.reason},
                     {"mechanism", context.mechanism},
                     {"account", event.account},
                     {"type", event.type},
                     {"fingerprint", fingerprint}});
  recorder.record(std::move(record));
}

}  // namespace clientid
