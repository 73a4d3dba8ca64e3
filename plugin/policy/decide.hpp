// The judge's mind: an attempt and what the store knows of it go in, a verdict comes out. No I/O, no clock.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/policy/attempt.hpp"
#include "plugin/policy/facts.hpp"
#include "plugin/policy/verdict.hpp"

namespace clientid {

// So many devices may wait for approval on one account; beyond it none is added, so that a stolen password cannot
// fill the store.
inline constexpr unsigned max_pending_devices = 20;

// `facts` is null where the store did not answer; then `on_store_failure`, as last read, decides.
Verdict decide(const Attempt& attempt, const Facts* facts, OnStoreFailure on_store_failure);

// X6: one line a rule, up to the one that decided.
struct RuleReport {
  std::string_view rule;
  std::string saw;
  std::optional<Verdict> said;
};
std::vector<RuleReport> explain(const Attempt& attempt, const Facts* facts, OnStoreFailure on_store_failure);

}  // namespace clientid
