#include "plugin/policy/decide.hpp"
#include "plugin/policy/rule.hpp"

namespace clientid {
namespace {

Said say_mode(const Attempt& /*attempt*/, const Facts& facts) {
  if (facts.settings.mode == Mode::off) return allow(Reason::off);
  return std::nullopt;
}

std::string saw_mode(const Attempt& /*attempt*/, const Facts& facts) {
  return "mode=" + setting_text(facts.settings, "mode");
}

// D6.4.
Said say_refused_binding(const Attempt& attempt, const Facts& facts) {
  const Binding* binding = binding_that_counts(facts);
  if (binding == nullptr) return std::nullopt;
  const auto state = state_in_force(*binding, attempt.at);
  if (state == BindingState::revoked) return refuse(Reason::revoked);
  if (state == BindingState::suspended) return refuse(Reason::suspended);
  return std::nullopt;
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

// UC1, UC4, D6.5.
Said say_binding(const Attempt& attempt, const Facts& facts) {
  const Binding* binding = binding_that_counts(facts);
  if (binding == nullptr) return std::nullopt;
  if (binding->state == BindingState::pending) return refuse(Reason::pending);
  if (expired(*binding, attempt.at)) return refuse(Reason::expired);
  return allow(facts.binding ? Reason::bound : Reason::licensed);
}

Verdict into_quarantine(const Facts& facts, Reason reason) {
  if (facts.pending_devices >= max_pending_devices) return refuse(Reason::pending_full);
  return quarantine(reason);
}

// UC3: a device never seen on this account.
Said say_new_device(const Attempt& attempt, const Facts& facts) {
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

std::string saw_room(const Attempt& attempt, const Facts& facts) {
  const auto& settings = facts.settings;
  std::string text = saw_mode(attempt, facts);
  if (settings.learn_until) text += ", learn-until=" + format_time(*settings.learn_until);
  return text + ", devices bound: " + std::to_string(facts.active_devices) + " of " +
         std::to_string(settings.max_devices) + ", pending: " + std::to_string(facts.pending_devices) + " of " +
         std::to_string(max_pending_devices);
}

}  // namespace

const Binding* binding_that_counts(const Facts& facts) {
  if (facts.binding) return &*facts.binding;
  if (facts.licence) return &*facts.licence;
  return nullptr;
}

const Rule mode_rule{"mode", say_mode, saw_mode};
const Rule refused_binding_rule{"refused binding", say_refused_binding, saw_binding};
const Rule binding_rule{"binding", say_binding, saw_binding};
const Rule new_device_rule{"new device", say_new_device, saw_room};

}  // namespace clientid
