// block list, add and remove: devices and networks that are refused everywhere (D6.4, UC6).
#include "plugin/config/config_error.hpp"
#include "plugin/ctl/change.hpp"
#include "plugin/ctl/restriction_view.hpp"
#include "plugin/ctl/selector.hpp"
#include "plugin/ctl/token_input.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/policy/network.hpp"
#include "plugin/store/restrictions.hpp"
#include "plugin/store/seen_devices.hpp"

namespace clientid::ctl {
namespace {

std::string known_fingerprint(Context& context, std::string_view word) {
  auto prefix = fingerprint_prefix(word);
  if (prefix.size() == 2 * Fingerprint::size) return prefix;
  const auto found = SeenDevices(context.store()).fingerprints(prefix);
  if (found.size() == 1) return found.front();
  if (found.empty()) throw Failure(Status::absent, "no device with such a fingerprint was seen");
  throw ConfigError("several devices were seen whose fingerprint begins so; give more digits");
}

std::string network_of(std::string_view word) {
  if (const auto network = Network::parse(word)) return network->to_string();
  throw ConfigError("that is no network: it takes an address or a network such as 192.0.2.0/24 or 2001:db8::/32");
}

// "device TYPE TOKEN|-", "fingerprint FP", "address NET".
Restriction block_of(Context& context, const Arguments& arguments) {
  Restriction block;
  block.effect = Effect::block;
  block.kind = Restricted::device;
  const auto kind = arguments.word(0);
  const auto words = arguments.words.size();
  if (kind == "device" && words == 3) {
    const auto identity = read_identity(arguments.word(1), arguments.words[2]);
    block.subject = context.key().fingerprint(identity).hex();
  } else if (kind == "fingerprint" && words == 2) {
    block.subject = known_fingerprint(context, arguments.word(1));
  } else if (kind == "address" && words == 2) {
    block.kind = Restricted::network;
    block.subject = network_of(arguments.word(1));
  } else {
    throw ConfigError("a block is of: device TYPE TOKEN|-, fingerprint FP, or address NET");
  }
  return block;
}

}  // namespace

Status block_list(Context& context, const Arguments& /*arguments*/) {
  auto all = Restrictions(context.store()).list(context.now());
  std::erase_if(all, [](const Restriction& restriction) { return restriction.effect != Effect::block; });
  print_restrictions(context.output(), all);
  return Status::done;
}

Status block_add(Context& context, const Arguments& arguments) {
  auto block = block_of(context, arguments);
  if (const auto duration = arguments.option("for")) block.until = context.now() + duration_of("--for", *duration);
  block.cause = arguments.option("reason").value_or("");
  block.created = context.now();
  block.created_by = context.who();

  Change change(context);
  Restrictions restrictions(context.store());
  const auto before = restrictions.find(block.kind, block.subject, block.effect, context.now());
  // One that detection made spares devices on their own accounts, and is another.
  if (before && before->until == block.until && before->cause == block.cause && before->created_by != by_detection) {
    report(context, *before, false, "already blocked " + end_of(*before));
    return Status::done;
  }
  restrictions.put(block);
  const auto what = "blocked " + end_of(block);
  change.record(block, what);
  change.commit();
  report(context, block, true, what);
  return Status::done;
}

Status block_remove(Context& context, const Arguments& arguments) {
  const auto block = block_of(context, arguments);
  Change change(context);
  Restrictions restrictions(context.store());
  const auto before = restrictions.find(block.kind, block.subject, block.effect, context.now());
  if (!before) throw Failure(Status::absent, subject_text(block) + " is not blocked");
  restrictions.remove(block.kind, block.subject, block.effect);
  change.record(*before, "block removed");
  change.commit();
  report(context, *before, true, "block removed");
  return Status::done;
}

}  // namespace clientid::ctl
