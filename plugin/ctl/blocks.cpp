// block list, add and remove: devices and networks that are refused everywhere (D6.4, UC6).
#include "plugin/config/config_error.hpp"
#include "plugin/ctl/change.hpp"
#include "plugin/ctl/restriction_view.hpp"
#include "plugin/ctl/selector.hpp"
#include "plugin/ctl/token_input.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/policy/network.hpp"
#include "plugin/store/bindings.hpp"
#include "plugin/store/moved_devices.hpp"
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

// A block, and under which other fingerprints there may be one of the same device (X8).
struct Block {
  Restriction restriction;
  std::vector<std::string> others;
};

// Of a block by fingerprint; empty where nothing tells.
std::string key_of(Context& context, const std::string& fingerprint) {
  BindingFilter same;
  same.fingerprints = {fingerprint};
  const auto bindings = Bindings(context.store()).list(same);
  if (!bindings.empty()) return bindings.front().key_id;
  try {
    const auto& file = context.key();
    return file.keys().size() == 1 ? file.current_id() : "";
  } catch (const ConfigError&) {
    return {};  // who may not read it may block all the same
  }
}

std::optional<Restriction> find_block(Context& context, const Block& block) {
  Restrictions restrictions(context.store());
  const auto& [restriction, others] = block;
  auto found = restrictions.find(restriction.kind, restriction.subject, restriction.effect, context.now());
  for (const auto& other : others) {
    if (!found) found = restrictions.find(restriction.kind, other, restriction.effect, context.now());
  }
  return found;
}

void remove_block(Context& context, const Block& block) {
  Restrictions restrictions(context.store());
  const auto& [restriction, others] = block;
  restrictions.remove(restriction.kind, restriction.subject, restriction.effect);
  for (const auto& other : others) restrictions.remove(restriction.kind, other, restriction.effect);
}

// "device TYPE TOKEN|-", "fingerprint FP", "address NET".
Block block_of(Context& context, const Arguments& arguments) {
  Block wanted;
  auto& block = wanted.restriction;
  block.effect = Effect::block;
  block.kind = Restricted::device;
  const auto kind = arguments.word(0);
  const auto words = arguments.words.size();
  if (kind == "device" && words == 3) {
    const auto device = device_of(read_identity(arguments.word(1), arguments.words[2]), context.key());
    block.subject = device.fingerprint.hex();
    block.key_id = device.key_id;
    wanted.others = other_fingerprints_of(device);
  } else if (kind == "fingerprint" && words == 2) {
    MovedDevices moved(context.store());
    block.subject = moved.newest(known_fingerprint(context, arguments.word(1)));
    block.key_id = key_of(context, block.subject);
    auto others = moved.all_names({block.subject});
    others.erase(block.subject);
    wanted.others.assign(others.begin(), others.end());
  } else if (kind == "address" && words == 2) {
    block.kind = Restricted::network;
    block.subject = network_of(arguments.word(1));
  } else {
    throw ConfigError("a block is of: device TYPE TOKEN|-, fingerprint FP, or address NET");
  }
  return wanted;
}

}  // namespace

Status block_list(Context& context, const Arguments& /*arguments*/) {
  auto all = Restrictions(context.store()).list(context.now());
  std::erase_if(all, [](const Restriction& restriction) { return restriction.effect != Effect::block; });
  print_restrictions(context.output(), all);
  return Status::done;
}

Status block_add(Context& context, const Arguments& arguments) {
  auto wanted = block_of(context, arguments);
  auto& block = wanted.restriction;
  if (const auto duration = arguments.option("for")) block.until = context.now() + duration_of("--for", *duration);
  block.cause = arguments.option("reason").value_or("");
  block.created = context.now();
  block.created_by = context.who();

  Change change(context);
  const auto before = find_block(context, wanted);
  // One that detection made spares devices on their own accounts, and is another.
  if (before && before->until == block.until && before->cause == block.cause && before->created_by != by_detection) {
    report(context, *before, false, "already blocked " + end_of(*before));
    return Status::done;
  }
  remove_block(context, wanted);
  Restrictions(context.store()).put(block);
  const auto what = "blocked " + end_of(block);
  change.record(block, what);
  change.commit();
  report(context, block, true, what);
  return Status::done;
}

Status block_remove(Context& context, const Arguments& arguments) {
  const auto block = block_of(context, arguments);
  Change change(context);
  const auto before = find_block(context, block);
  if (!before) throw Failure(Status::absent, subject_text(block.restriction) + " is not blocked");
  remove_block(context, block);
  change.record(*before, "block removed");
  change.commit();
  report(context, *before, true, "block removed");
  return Status::done;
}

}  // namespace clientid::ctl
