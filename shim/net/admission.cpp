#include "shim/net/admission.hpp"

#include "shim/auth/attempt_record.hpp"
#include "shim/ops/log.hpp"
#include "shim/ops/metrics.hpp"

namespace clientid {

bool Admission::admit(Caller& caller, const Judgement& judgement) {
  if (!caller.hold()) return false;
  const auto decision = judgement.verdict.decision;
  if (place_ || (decision != Decision::allow && decision != Decision::enrol)) return true;
  const auto& attempt = judgement.attempt;
  const auto* device = judgement.facts ? counted_device(attempt, *judgement.facts) : nullptr;
  if (device == nullptr) return true;
  // X2: who has stolen its token must not use up what it may have on its own account.
  auto names = fingerprints_of(*device);
  for (auto& name : names) name += " " + attempt.account;
  const auto name = names.front();
  names.erase(names.begin());  // sessions that began while another key was current
  place_ = service_->parts.devices.enter(name, service_->max_per_device, names);
  if (!place_) {
    metrics.refused[ConnectionLimit::device].add();
    log::warning("too-many-sessions", {{"peer", peer_}, {"account", attempt.account}});
  }
  return place_ != nullptr;
}

}  // namespace clientid
