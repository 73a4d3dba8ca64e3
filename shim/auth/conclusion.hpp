// A judgement, and what follows from it once the password was right: a device is bound or put in quarantine, durably,
// before the client hears of it.
#pragma once

#include <functional>
#include <optional>

#include "plugin/store/history.hpp"
#include "shim/auth/judge.hpp"

namespace clientid {

struct Judgement {
  Attempt attempt;
  Verdict verdict;
  std::optional<Facts> facts;  // those the verdict rests on
};

// Judges an attempt whose account is as it was given. What cannot be an account is refused, and stays as it is, but for
// what is behind its first 255 octets.
Judgement judge_given_name(Judge& judge, JudgeStore& store, Attempt attempt);

// May what follows from the judgement follow? Not where nobody waits for it any more, or the device has too many
// sessions. It may be asked again where it said yes.
using Admit = std::function<bool(const Judgement&)>;

// Carries the judgement out, and judges anew where the store has changed meanwhile: another device may have taken the
// last place. Afterwards `judgement` holds the verdict that counted, and the last facts. Outcome::unavailable where
// `admit` says no: nothing has followed then.
Outcome conclude(Judge& judge, JudgeStore& store, Judgement& judgement, const Admit& admit);

}  // namespace clientid
