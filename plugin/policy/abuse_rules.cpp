#include "plugin/policy/limit.hpp"
#include "plugin/policy/rule.hpp"
#include "plugin/policy/two_places.hpp"

namespace clientid {
namespace {

// --- Blocks and attack mode ---

// X2: what detection does never turns against a device on its own account.
bool is_spared(const Restriction& restriction, const Attempt& attempt, const Facts& facts) {
  return restriction.created_by == by_detection && is_own_device(attempt, facts);
}

std::string subject_text(const Restriction& restriction) {
  if (restriction.kind == Restricted::everybody) return "for all";
  if (restriction.kind == Restricted::device) {
    return "of device " + short_form(restriction.subject);
  }
  return (restriction.kind == Restricted::account ? "for account " : "of network ") + restriction.subject;
}

// D6.3, D6.4, UC6.
Said say_blocks(const Attempt& attempt, const Facts& facts) {
  for (const auto& restriction : facts.restrictions) {
    if (restriction.effect != Effect::block || is_spared(restriction, attempt, facts)) continue;
    return refuse(restriction.kind == Restricted::device ? Reason::device_blocked : Reason::address_blocked);
  }
  return std::nullopt;
}

std::string saw_restrictions(const Attempt& attempt, const Facts& facts, bool blocks) {
  std::string text;
  for (const auto& restriction : facts.restrictions) {
    if ((restriction.effect == Effect::block) != blocks) continue;
    text += (text.empty() ? "" : ", ") + std::string(name(restriction.effect)) + " " + subject_text(restriction) + " " +
            end_of(restriction);
    if (is_spared(restriction, attempt, facts)) text += " (not for its own device)";
  }
  return text.empty() ? "none" : text;
}

std::string saw_blocks(const Attempt& attempt, const Facts& facts) {
  return saw_restrictions(attempt, facts, true);
}

bool is_known(const Attempt& attempt, const Facts& facts) {
  const Binding* binding = binding_that_counts(facts);
  return counted_device(attempt, facts) != nullptr && binding != nullptr && in_force(*binding, attempt.at);
}

bool is_valid(const Attempt& attempt, const Facts& facts) {
  return counted_device(attempt, facts) != nullptr && (!facts.form || facts.form->fits);
}

// U6.2.1, U6.2.2. Who comes from a trusted network is no stranger, and needs no identity in quiet times either.
Said say_attack_mode(const Attempt& attempt, const Facts& facts) {
  if (is_known(attempt, facts)) return std::nullopt;
  if (counted_device(attempt, facts) == nullptr && from_trusted_network(attempt, facts)) return std::nullopt;
  Said said;
  for (const auto& restriction : facts.restrictions) {
    if (restriction.effect == Effect::known_only) return refuse(Reason::known_only);
    if (restriction.effect == Effect::valid_only && !is_valid(attempt, facts)) said = refuse(Reason::valid_only);
  }
  return said;
}

std::string saw_attack_mode(const Attempt& attempt, const Facts& facts) {
  return saw_restrictions(attempt, facts, false);
}

// --- Limits ---

Limit device_limit(const Facts& facts) {
  return {facts.device, facts.settings.device_attempts, facts.settings.device_failures};
}
Limit address_limit(const Facts& facts) {
  return {facts.address, facts.settings.address_attempts, facts.settings.address_failures};
}
Limit account_limit(const Facts& facts) {
  return {facts.account, facts.settings.account_attempts, facts.settings.account_failures};
}

// U6.2.3, UC6. An own device answers to its own limit alone (X2).
Said say_limits(const Attempt& attempt, const Facts& facts) {
  if (counted_device(attempt, facts) != nullptr && device_limit(facts).reached()) return refuse(Reason::device_limit);
  if (is_own_device(attempt, facts)) return std::nullopt;
  if (attempt.peer && address_limit(facts).reached()) return refuse(Reason::address_limit);
  if (account_limit(facts).reached()) return refuse(Reason::account_limit);
  return std::nullopt;
}

std::string saw_limits(const Attempt& attempt, const Facts& facts) {
  std::string text;
  const auto add = [&](const char* who, const Limit& limit) {
    const auto counted = limit.text();
    if (!counted.empty()) text += (text.empty() ? "" : "; ") + std::string(who) + " " + counted;
  };
  if (counted_device(attempt, facts) != nullptr) add("device", device_limit(facts));
  if (!is_own_device(attempt, facts)) {
    if (attempt.peer) add("address", address_limit(facts));
    add("account", account_limit(facts));
  }
  return text.empty() ? "no limits" : text;
}

// --- The device elsewhere ---

// UC2. What is bound to the account already takes no further one.
Said say_accounts(const Attempt& attempt, const Facts& facts) {
  const auto& cap = facts.settings.max_accounts_per_device;
  if (counted_device(attempt, facts) == nullptr || facts.binding || facts.licence || facts.type.shared) {
    return std::nullopt;
  }
  if (cap.limits() && facts.accounts_of_device >= cap.most) return refuse(Reason::too_many_accounts);
  return std::nullopt;
}

std::string saw_accounts(const Attempt& attempt, const Facts& facts) {
  if (counted_device(attempt, facts) == nullptr) return "no identity";
  if (facts.type.shared) return "the type is shared";
  return "accounts of the device: " + std::to_string(facts.accounts_of_device) + " of " +
         setting_text(facts.settings, "max-accounts-per-device");
}

// U6.2.4.
Said say_two_places(const Attempt& attempt, const Facts& facts) {
  if (facts.settings.two_places != TwoPlaces::refuse || !location_conflict(attempt, facts)) return std::nullopt;
  return refuse(Reason::two_places);
}

std::string saw_two_places(const Attempt& attempt, const Facts& facts) {
  const auto conflict = location_conflict(attempt, facts);
  const std::string place = facts.location ? "in " + facts.location->country : "no conflict";
  return conflict.value_or(place) + ", two-places=" + setting_text(facts.settings, "two-places");
}

// U6.2.3.
Said say_sessions(const Attempt& attempt, const Facts& facts) {
  const auto& cap = facts.settings.device_sessions;
  if (counted_device(attempt, facts) == nullptr || !cap.limits() || facts.sessions < cap.most) return std::nullopt;
  return refuse(Reason::device_sessions);
}

std::string saw_sessions(const Attempt& attempt, const Facts& facts) {
  if (counted_device(attempt, facts) == nullptr) return "no identity";
  return "open: " + std::to_string(facts.sessions) + " of " + setting_text(facts.settings, "device-sessions");
}

}  // namespace

const Rule blocks_rule{"blocks", say_blocks, saw_blocks};
const Rule attack_mode_rule{"attack mode", say_attack_mode, saw_attack_mode};
const Rule limits_rule{"limits", say_limits, saw_limits};
const Rule accounts_rule{"accounts of the device", say_accounts, saw_accounts};
const Rule two_places_rule{"two places", say_two_places, saw_two_places};
const Rule sessions_rule{"open sessions", say_sessions, saw_sessions};

}  // namespace clientid
