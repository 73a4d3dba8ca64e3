#include "plugin/policy/device.hpp"

#include <utility>

namespace clientid {

Device device_of(const Identity& identity, const KeyFile& keys) {
  Device device{.type = identity.type,
                .fingerprint = keys.fingerprint(identity),
                .token = std::make_shared<const Secret>(identity.token.clone()),
                .key_id = keys.current_id(),
                .others = {}};
  for (const auto& key : keys.keys()) {
    if (key.id == device.key_id) continue;
    device.others.push_back({fingerprint_under(key, identity), key.id, is_older_key(key.id, device.key_id)});
  }
  return device;
}

std::vector<std::string> fingerprints_of(const Device& device) {
  std::vector<std::string> all{device.fingerprint.hex()};
  for (const auto& other : device.others) all.push_back(other.fingerprint.hex());
  return all;
}

std::vector<std::string> other_fingerprints_of(const Device& device) {
  auto all = fingerprints_of(device);
  all.erase(all.begin());
  return all;
}

}  // namespace clientid
