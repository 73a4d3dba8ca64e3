#include "plugin/policy/glob.hpp"
#include "plugin/policy/limit.hpp"
#include "plugin/policy/rule.hpp"

namespace clientid {
namespace {

// D7.3. It says nothing by itself: the rules behind it do not see a device that does not count.
Said say_type_flags(const Attempt& /*attempt*/, const Facts& /*facts*/) {
  return std::nullopt;
}

std::string saw_type_flags(const Attempt& attempt, const Facts& facts) {
  if (!attempt.device) return "no identity";
  std::string text = "type " + attempt.device->type;
  for (const auto& [name, value] : values(facts.type)) {
    if (name == "flags") text += ", flags=" + value;
  }
  return text + (facts.type.counts() ? "" : ": taken as not shown");
}

bool matches_any(const std::vector<std::string>& globs, std::string_view type) {
  for (const auto& glob : globs) {
    if (matches_glob(glob, type)) return true;
  }
  return false;
}

// D6.1, D6.2, D7.4.
Said say_types(const Attempt& attempt, const Facts& facts) {
  const auto& settings = facts.settings;
  const auto* device = counted_device(attempt, facts);
  if (device == nullptr) {
    if (settings.require_types.empty() || from_trusted_network(attempt, facts)) return std::nullopt;
    return refuse(Reason::type_required);
  }
  if (matches_any(settings.deny_types, device->type)) return refuse(Reason::type_denied);
  if (!settings.allow_types.empty() && !matches_any(settings.allow_types, device->type)) {
    return refuse(Reason::type_not_allowed);
  }
  if (!settings.require_types.empty() && !matches_any(settings.require_types, device->type)) {
    return refuse(Reason::type_required);
  }
  const bool mismatch = facts.form && !facts.form->fits;
  if (mismatch && facts.type.on_mismatch == OnMismatch::refuse) return refuse(Reason::form_mismatch);
  return std::nullopt;
}

std::string saw_types(const Attempt& attempt, const Facts& facts) {
  const auto* device = counted_device(attempt, facts);
  std::string text = device != nullptr ? "type " + device->type : "no identity";
  for (const auto list : {"deny-types", "allow-types", "require-types"}) {
    const auto globs = setting_text(facts.settings, list);
    if (!globs.empty()) text += std::string(", ") + list + "=" + globs;
  }
  if (device == nullptr || !facts.form) return text;
  text += ", token: " + facts.form->saw;
  if (!facts.form->fits && facts.type.on_mismatch == OnMismatch::note) text += " (noted)";
  return text;
}

// UC5.
Said say_no_identity(const Attempt& attempt, const Facts& facts) {
  const auto& settings = facts.settings;
  if (counted_device(attempt, facts) != nullptr) return std::nullopt;
  if (from_trusted_network(attempt, facts)) return allow(Reason::trusted_network);
  const Limit limit{facts.absent, settings.absent_attempts, settings.absent_failures};
  if (attempt.peer && limit.reached()) return refuse(Reason::absent_limit);
  switch (settings.absent) {
    case Absent::allow: return allow(Reason::absent_allowed);
    case Absent::until_bound:
      return facts.active_devices == 0 ? allow(Reason::absent_until_bound) : refuse(Reason::absent_after_bound);
    case Absent::refuse: break;
  }
  return refuse(Reason::absent_refused);
}

std::string saw_no_identity(const Attempt& attempt, const Facts& facts) {
  if (const auto* device = counted_device(attempt, facts)) return "type " + device->type;
  const Limit limit{facts.absent, facts.settings.absent_attempts, facts.settings.absent_failures};
  const auto counted = limit.text();
  return "no identity from " + (attempt.peer ? attempt.peer->to_string() : "nowhere") +
         ", absent=" + setting_text(facts.settings, "absent") +
         ", devices bound: " + std::to_string(facts.active_devices) + (counted.empty() ? "" : ", " + counted);
}

}  // namespace

bool from_trusted_network(const Attempt& attempt, const Facts& facts) {
  if (!attempt.peer) return false;
  for (const auto& [network, until] : facts.settings.trusted_networks) {
    if ((!until || attempt.at < *until) && network.contains(*attempt.peer)) return true;
  }
  return false;
}

const Rule type_flags_rule{"type flags", say_type_flags, saw_type_flags};
const Rule types_rule{"types", say_types, saw_types};
const Rule no_identity_rule{"no identity", say_no_identity, saw_no_identity};

}  // namespace clientid
