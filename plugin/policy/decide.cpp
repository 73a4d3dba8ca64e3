#include "plugin/policy/decide.hpp"

#include <array>

#include "plugin/policy/glob.hpp"

namespace clientid {
namespace {

using Said = std::optional<Verdict>;

constexpr Verdict allow(Reason reason) {
  return {Decision::allow, reason};
}
constexpr Verdict refuse(Reason reason) {
  return {Decision::refuse, reason};
}
constexpr Verdict quarantine(Reason reason) {
  return {Decision::quarantine, reason};
}

bool matches_any(const std::vector<std::string>& globs, std::string_view type) {
  for (const auto& glob : globs) {
    if (matches_glob(glob, type)) return true;
  }
  return false;
}

bool from_trusted_network(const Attempt& attempt, const Facts& facts) {
  if (!attempt.peer) return false;
  for (const auto& [network, until] : facts.settings.trusted_networks) {
    if ((!until || attempt.at < *until) && network.contains(*attempt.peer)) return true;
  }
  return false;
}

// A device of the account itself counts before a licence does: what an operator said of it is more specific.
const Binding* binding_that_counts(const Facts& facts) {
  if (facts.binding) return &*facts.binding;
  if (facts.licence) return &*facts.licence;
  return nullptr;
}

// --- The rules. Each says nothing where it does not apply. ---

Said mode_off(const Attempt& /*attempt*/, const Facts& facts) {
  if (facts.settings.mode == Mode::off) return allow(Reason::off);
  return std::nullopt;
}

// D6.4. A suspension with an end is over by itself.
Said binding_refused(const Attempt& attempt, const Facts& facts) {
  const Binding* binding = binding_that_counts(facts);
  if (binding == nullptr) return std::nullopt;
  if (binding->state == BindingState::revoked) return refuse(Reason::revoked);
  if (binding->state == BindingState::suspended &&
      (!binding->suspended_until || attempt.at < *binding->suspended_until)) {
    return refuse(Reason::suspended);
  }
  return std::nullopt;
}

// D6.1, D6.2.
Said type_lists(const Attempt& attempt, const Facts& facts) {
  const auto& settings = facts.settings;
  if (!attempt.device) {
    if (settings.require_types.empty() || from_trusted_network(attempt, facts)) return std::nullopt;
    return refuse(Reason::type_required);
  }
  const auto& type = attempt.device->type;
  if (matches_any(settings.deny_types, type)) return refuse(Reason::type_denied);
  if (!settings.allow_types.empty() && !matches_any(settings.allow_types, type)) {
    return refuse(Reason::type_not_allowed);
  }
  if (!settings.require_types.empty() && !matches_any(settings.require_types, type)) {
    return refuse(Reason::type_required);
  }
  return std::nullopt;
}

// UC5.
Said no_identity(const Attempt& attempt, const Facts& facts) {
  if (attempt.device) return std::nullopt;
  if (from_trusted_network(attempt, facts)) return allow(Reason::trusted_network);
  switch (facts.settings.absent) {
    case Absent::allow: return allow(Reason::absent_allowed);
    case Absent::until_bound:
      return facts.active_devices == 0 ? allow(Reason::absent_until_bound) : refuse(Reason::absent_after_bound);
    case Absent::refuse: break;
  }
  return refuse(Reason::absent_refused);
}

// UC1, UC4, D6.5.
Said binding_present(const Attempt& attempt, const Facts& facts) {
  const Binding* binding = binding_that_counts(facts);
  if (binding == nullptr) return std::nullopt;
  if (binding->state == BindingState::pending) return refuse(Reason::pending);
  if (binding->expires && attempt.at >= *binding->expires) return refuse(Reason::expired);
  return allow(facts.binding ? Reason::bound : Reason::licensed);
}

Verdict into_quarantine(const Facts& facts, Reason reason) {
  if (facts.pending_devices >= max_pending_devices) return refuse(Reason::pending_full);
  return quarantine(reason);
}

// UC3: a device never seen on this account.
Said new_device(const Attempt& attempt, const Facts& facts) {
  const auto& settings = facts.settings;
  switch (settings.mode) {
    case Mode::learn:
      if (settings.learn_until && attempt.at >= *settings.learn_until) return refuse(Reason::learning_over);
      if (facts.active_devices < settings.max_devices) return Verdict{Decision::enrol, Reason::learned};
      if (settings.when_full == WhenFull::refuse) return refuse(Reason::devices_full);
      return into_quarantine(facts, Reason::devices_full);
    case Mode::quarantine: return into_quarantine(facts, Reason::quarantined);
    case Mode::off:
    case Mode::observe:  // decides as enforce would
    case Mode::enforce: break;
  }
  return refuse(Reason::unbound);
}

// --- What each rule looks at, for people. ---

std::string saw_mode(const Attempt& /*attempt*/, const Facts& facts) {
  return "mode=" + setting_text(facts.settings, "mode");
}

std::string saw_binding(const Attempt& attempt, const Facts& facts) {
  if (!attempt.device) return "no identity";
  const Binding* binding = binding_that_counts(facts);
  if (binding == nullptr) return "no binding of " + attempt.device->fingerprint.short_form();
  std::string text = facts.binding ? "binding " : "licence ";
  text += std::to_string(binding->id) + " " + std::string(name(binding->state));
  if (binding->suspended_until) text += " until " + format_time(*binding->suspended_until);
  if (binding->expires) text += ", expires " + format_time(*binding->expires);
  return text;
}

std::string saw_types(const Attempt& attempt, const Facts& facts) {
  std::string text = attempt.device ? "type " + attempt.device->type : "no identity";
  for (const auto list : {"deny-types", "allow-types", "require-types"}) {
    const auto globs = setting_text(facts.settings, list);
    if (!globs.empty()) text += std::string(", ") + list + "=" + globs;
  }
  return text;
}

std::string saw_identity(const Attempt& attempt, const Facts& facts) {
  if (attempt.device) return "type " + attempt.device->type;
  return "no identity from " + (attempt.peer ? attempt.peer->to_string() : "nowhere") +
         ", absent=" + setting_text(facts.settings, "absent") +
         ", devices bound: " + std::to_string(facts.active_devices);
}

std::string saw_room(const Attempt& attempt, const Facts& facts) {
  const auto& settings = facts.settings;
  std::string text = saw_mode(attempt, facts);
  if (settings.learn_until) text += ", learn-until=" + format_time(*settings.learn_until);
  return text + ", devices bound: " + std::to_string(facts.active_devices) + " of " +
         std::to_string(settings.max_devices) + ", pending: " + std::to_string(facts.pending_devices) + " of " +
         std::to_string(max_pending_devices);
}

struct Rule {
  std::string_view name;
  Said (*say)(const Attempt&, const Facts&);
  std::string (*saw)(const Attempt&, const Facts&);
};

// The first rule that speaks decides. Between them is room for what policy asks besides: blocks stand before
// `refused binding`; type flags before `types`; attack mode, limits, the device on many accounts or in two
// places, and its open sessions between `types` and `no identity`.
constexpr std::array rules{
    Rule{"mode", mode_off, saw_mode},
    Rule{"refused binding", binding_refused, saw_binding},
    Rule{"types", type_lists, saw_types},
    Rule{"no identity", no_identity, saw_identity},
    Rule{"binding", binding_present, saw_binding},
    Rule{"new device", new_device, saw_room},
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
  for (const auto& rule : rules) {
    if (const auto said = rule.say(attempt, *facts)) return as_mode_has_it(*said, facts->settings.mode);
  }
  return refuse(Reason::unbound);
}

std::vector<RuleReport> explain(const Attempt& attempt, const Facts* facts, OnStoreFailure on_store_failure) {
  if (facts == nullptr) return {{"store", "no answer", store_failure(on_store_failure)}};
  std::vector<RuleReport> reports{{"store", "answers", std::nullopt}};
  for (const auto& rule : rules) {
    auto said = rule.say(attempt, *facts);
    if (said) said = as_mode_has_it(*said, facts->settings.mode);
    reports.push_back({rule.name, rule.saw(attempt, *facts), said});
    if (said) break;
  }
  return reports;
}

}  // namespace clientid
