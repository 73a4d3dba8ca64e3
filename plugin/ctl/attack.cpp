// attack status, on and off: attack mode for all, for one account, or for one network (U6.2.1, U6.2.2).
#include <array>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/change.hpp"
#include "plugin/ctl/restriction_view.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/policy/network.hpp"
#include "plugin/store/restrictions.hpp"

namespace clientid::ctl {
namespace {

constexpr std::array effects{Effect::known_only, Effect::valid_only};

Restriction subject_of(Context& context, const Arguments& arguments) {
  Restriction restriction;
  const auto account = arguments.option("account");
  const auto address = arguments.option("address");
  if (account && address) throw ConfigError("attack takes --account or --address, not both");
  if (account) {
    restriction.kind = Restricted::account;
    restriction.subject = account_of(context, *account);
  }
  if (address) {
    const auto network = Network::parse(*address);
    if (!network) throw ConfigError("--address takes an address or a network such as 192.0.2.0/24 or 2001:db8::/32");
    restriction.kind = Restricted::network;
    restriction.subject = network->to_string();
  }
  return restriction;
}

}  // namespace

Status attack_status(Context& context, const Arguments& /*arguments*/) {
  auto all = Restrictions(context.store()).list(context.now());
  std::erase_if(all, [](const Restriction& restriction) { return restriction.effect == Effect::block; });
  print_restrictions(context.output(), all);
  return Status::done;
}

Status attack_on(Context& context, const Arguments& arguments) {
  auto mode = subject_of(context, arguments);
  if (arguments.flag("known-only") && arguments.flag("valid-only")) {
    throw ConfigError("attack on takes --known-only or --valid-only, not both");
  }
  mode.effect = arguments.flag("valid-only") ? Effect::valid_only : Effect::known_only;
  if (const auto duration = arguments.option("for")) mode.until = context.now() + duration_of("--for", *duration);
  mode.created = context.now();
  mode.created_by = context.who();

  Change change(context);
  Restrictions restrictions(context.store());
  const auto before = restrictions.find(mode.kind, mode.subject, mode.effect, context.now());
  if (before && before->until == mode.until) {
    report(context, *before, false, "already " + std::string(name(mode.effect)) + " " + end_of(*before));
    return Status::done;
  }
  restrictions.put(mode);
  const auto what = std::string(name(mode.effect)) + " " + end_of(mode);
  change.record(mode, what);
  change.commit();
  report(context, mode, true, what);
  return Status::done;
}

Status attack_off(Context& context, const Arguments& arguments) {
  auto mode = subject_of(context, arguments);
  Change change(context);
  Restrictions restrictions(context.store());
  bool changed = false;
  for (const auto effect : effects) {
    const auto before = restrictions.find(mode.kind, mode.subject, effect, context.now());
    if (!before) continue;
    restrictions.remove(mode.kind, mode.subject, effect);
    mode = *before;
    change.record(mode, std::string(name(effect)) + " lifted");
    changed = true;
  }
  if (changed) change.commit();
  report(context, mode, changed, changed ? "attack mode is off" : "attack mode was not on");
  return Status::done;
}

}  // namespace clientid::ctl
