#include "plugin/policy/facts.hpp"

#include <algorithm>

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

const Fingerprint& shown_fingerprint(const Attempt& attempt, const Facts& facts) {
  const auto& device = *attempt.device;
  const auto& binding = facts.binding ? facts.binding : facts.licence;
  for (const auto& other : device.others) {
    if (binding && !other.older && binding->fingerprint == other.fingerprint) return other.fingerprint;
  }
  return device.fingerprint;
}

std::vector<OtherFingerprint> outdated_fingerprints(const Attempt& attempt, const Facts& facts) {
  std::vector<OtherFingerprint> found;
  const auto* device = counted_device(attempt, facts);
  if (device == nullptr) return found;
  for (const auto& other : device->others) {
    const auto stands_there = [&](const std::optional<Binding>& binding) {
      return binding && binding->fingerprint == other.fingerprint;
    };
    const bool blocked =
        std::any_of(facts.restrictions.begin(), facts.restrictions.end(), [&](const auto& restriction) {
          return restriction.kind == Restricted::device && restriction.subject == other.fingerprint.hex();
        });
    if (other.older && (blocked || stands_there(facts.binding) || stands_there(facts.licence))) found.push_back(other);
  }
  return found;
}

// An own device is counted in each network apart: who has stolen its token fails elsewhere, and it must not suffer
// for that. One that many use is counted on each account apart, for what one of them mistypes is not the others' fault.
CountedNames counted_names(const Attempt& attempt, const Facts& facts) {
  const auto network = counted_network(attempt, facts.settings);
  const std::string where = network ? network->to_string() : "";
  CountedNames names;
  if (const auto* device = counted_device(attempt, facts)) {
    const bool own = is_own_device(attempt, facts);
    const auto apart = own || is_used_by_many(attempt, facts) ? " " + attempt.account + " " + where : "";
    names.device = "device " + device->fingerprint.hex() + apart;
    for (const auto& other : other_fingerprints_of(*device)) {
      names.device_by_other_keys.emplace_back("device ").append(other).append(apart);
    }
    if (own) return names;
  } else if (network) {
    names.absent = "absent " + where;
  }
  if (network) names.address = "address " + where;
  names.account = "account " + attempt.account;
  return names;
}

}  // namespace clientid
