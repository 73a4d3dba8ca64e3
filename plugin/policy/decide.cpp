#include "plugin/policy/decide.hpp"

#include <array>

#include "plugin/policy/rule.hpp"

namespace clientid {
namespace {

// The first that speaks decides.
constexpr std::array rules{
    &mode_rule,        &blocks_rule,  &refused_binding_rule, &type_flags_rule, &types_rule,
    &attack_mode_rule, &limits_rule,  &accounts_rule,        &two_places_rule, &sessions_rule,
    &no_identity_rule, &binding_rule, &new_device_rule,
};

Verdict store_failure(OnStoreFailure on_store_failure) {
  return {on_store_failure == OnStoreFailure::allow ? Decision::allow : Decision::unavailable, Reason::store_failure};
}

// X4: everybody gets in; the reason remains.
Verdict as_mode_has_it(const Verdict& verdict, Mode mode) {
  if (mode != Mode::observe || verdict.decision == Decision::allow) return verdict;
  return {Decision::allow, verdict.reason, true};
}

}  // namespace

Verdict decide(const Attempt& attempt, const Facts* facts, OnStoreFailure on_store_failure) {
  if (facts == nullptr) return store_failure(on_store_failure);
  for (const auto* rule : rules) {
    if (const auto said = rule->say(attempt, *facts)) return as_mode_has_it(*said, facts->settings.mode);
  }
  return refuse(Reason::unbound);
}

std::vector<RuleReport> explain(const Attempt& attempt, const Facts* facts, OnStoreFailure on_store_failure) {
  if (facts == nullptr) return {{"store", "no answer", store_failure(on_store_failure)}};
  std::vector<RuleReport> reports{{"store", "answers", std::nullopt}};
  for (const auto* rule : rules) {
    auto said = rule->say(attempt, *facts);
    if (said) said = as_mode_has_it(*said, facts->settings.mode);
    reports.push_back({rule->name, rule->saw(attempt, *facts), said});
    if (said) break;
  }
  return reports;
}

}  // namespace clientid
