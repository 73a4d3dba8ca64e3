#include "plugin/policy/facts.hpp"

namespace clientid {

bool is_own_device(const Attempt& attempt, const Facts& facts) {
  return counted_device(attempt, facts) != nullptr && facts.binding && in_force(*facts.binding, attempt.at);
}

bool is_used_by_many(const Attempt& attempt, const Facts& facts) {
  return facts.type.shared || (facts.licence && in_force(*facts.licence, attempt.at));
}

const Device* counted_device(const Attempt& attempt, const Facts& facts) {
  return attempt.device && facts.type.counts() ? &*attempt.device : nullptr;
}

std::optional<Network> counted_network(const Attempt& attempt, const Settings& settings) {
  if (!attempt.peer) return std::nullopt;
  return Network::around(*attempt.peer, attempt.peer->is_v4() ? settings.ipv4_prefix : settings.ipv6_prefix);
}

// An own device is counted in each network apart: who has stolen its token fails elsewhere, and it must not suffer
// for that. One that many use is counted on each account apart, for what one of them mistypes is not the others' fault.
CountedNames counted_names(const Attempt& attempt, const Facts& facts) {
  const auto network = counted_network(attempt, facts.settings);
  const std::string where = network ? network->to_string() : "";
  CountedNames names;
  if (const auto* device = counted_device(attempt, facts)) {
    names.device = "device " + device->fingerprint.hex();
    const bool own = is_own_device(attempt, facts);
    if (own || is_used_by_many(attempt, facts)) names.device += " " + attempt.account + " " + where;
    if (own) return names;
  } else if (network) {
    names.absent = "absent " + where;
  }
  if (network) names.address = "address " + where;
  names.account = "account " + attempt.account;
  return names;
}

}  // namespace clientid
