// One rule of the policy. The first that speaks decides (decide.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plugin/policy/facts.hpp"
#include "plugin/policy/verdict.hpp"

namespace clientid {

using Said = std::optional<Verdict>;

struct Rule {
  std::string_view name;
  Said (*say)(const Attempt&, const Facts&);         // nothing where it does not apply
  std::string (*saw)(const Attempt&, const Facts&);  // what it looks at, for people
};

constexpr Verdict allow(Reason reason) {
  return {Decision::allow, reason};
}
constexpr Verdict refuse(Reason reason) {
  return {Decision::refuse, reason};
}
constexpr Verdict quarantine(Reason reason) {
  return {Decision::quarantine, reason};
}

// Rules about the device and its bindings: binding_rules.cpp
extern const Rule mode_rule;
extern const Rule refused_binding_rule;
extern const Rule binding_rule;
extern const Rule new_device_rule;

// About what is shown: identity_rules.cpp
extern const Rule type_flags_rule;
extern const Rule types_rule;
extern const Rule no_identity_rule;

// About abuse: abuse_rules.cpp
extern const Rule blocks_rule;
extern const Rule attack_mode_rule;
extern const Rule limits_rule;
extern const Rule accounts_rule;
extern const Rule two_places_rule;
extern const Rule sessions_rule;

// Does the setting say that no identity is needed from where the attempt comes?
bool from_trusted_network(const Attempt& attempt, const Facts& facts);

// The binding that lets a device in or keeps it out. One on the account counts before a licence does: what an operator
// said of it is more specific.
const Binding* binding_that_counts(const Facts& facts);

}  // namespace clientid
