#include "shim/auth/judge.hpp"

namespace clientid {

Verdict Judge::judge(JudgeStore& store, const Attempt& attempt) {
  std::optional<Facts> facts;
  return judge(store, attempt, facts);
}

Verdict Judge::judge(JudgeStore& store, const Attempt& attempt, std::optional<Facts>& facts) {
  facts = store.facts(attempt);
  if (facts) on_store_failure_ = facts->settings.on_store_failure;
  return decide(attempt, facts ? &*facts : nullptr, on_store_failure_);
}

}  // namespace clientid
