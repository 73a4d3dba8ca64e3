#include "shim/auth/conclusion.hpp"

#include <utility>

#include "plugin/policy/account.hpp"

namespace clientid {
namespace {

constexpr int max_tries = 3;

std::optional<Enrolment> keep_device(JudgeStore& store, const Judgement& judgement) {
  const auto& attempt = judgement.attempt;
  const bool enrol = judgement.verdict.decision == Decision::enrol;
  Binding binding{.account = attempt.account,
                  .type = attempt.device->type,
                  .fingerprint = attempt.device->fingerprint,
                  .key_id = attempt.device->key_id,
                  .state = enrol ? BindingState::active : BindingState::pending,
                  .label = {},
                  .created = attempt.at,
                  .created_by = enrol ? "learned" : "quarantine",
                  .expires = std::nullopt,
                  .suspended_until = std::nullopt,
                  .last_seen = std::nullopt,
                  .last_peer = {}};
  const auto at_most = enrol ? judgement.facts->settings.max_devices : max_pending_devices;
  return store.enrol(binding, at_most, attempt.device->others);
}

}  // namespace

Judgement judge_given_name(Judge& judge, JudgeStore& store, Attempt attempt) {
  Judgement judgement{std::move(attempt), {Decision::refuse, Reason::bad_account}, {}};
  if (auto account = judge.canonical(judgement.attempt.account)) {
    judgement.attempt.account = std::move(*account);
    judgement.verdict = judge.judge(store, judgement.attempt, judgement.facts);
  } else if (judgement.attempt.account.size() > max_account) {
    // It goes into the history, where a stranger must not put kilobytes, and no index takes them.
    judgement.attempt.account.resize(max_account);
  }
  return judgement;
}

Outcome conclude(Judge& judge, JudgeStore& store, Judgement& judgement, const Admit& admit) {
  std::optional<Verdict> enrolled;  // what the client owes its place to, for the history
  for (int tries = 0; tries < max_tries; ++tries) {
    if (!admit(judgement)) return Outcome::unavailable;
    switch (judgement.verdict.decision) {
      case Decision::allow:
        if (!enrolled) return Outcome::authenticated;
        judgement.verdict = *enrolled;
        return Outcome::enrolled;
      case Decision::refuse: return Outcome::refused;
      case Decision::unavailable: return Outcome::unavailable;
      case Decision::enrol:
      case Decision::quarantine: break;
    }
    const auto kept = keep_device(store, judgement);
    if (!kept) return Outcome::unavailable;
    if (*kept == Enrolment::done) {
      if (judgement.verdict.decision == Decision::quarantine) return Outcome::quarantined;
      enrolled = judgement.verdict;
    }
    judgement.verdict = judge.judge(store, judgement.attempt, judgement.facts);
  }
  return Outcome::unavailable;
}

}  // namespace clientid
