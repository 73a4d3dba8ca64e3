// A device that has shown itself, as the store may know it. What stands there was made under the key that was current
// then, so a device has one fingerprint for each key of the file (X8).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plugin/identity/fingerprint.hpp"
#include "plugin/identity/key_file.hpp"
#include "plugin/identity/secret.hpp"

namespace clientid {

struct OtherFingerprint {
  Fingerprint fingerprint;
  std::string key_id;
  bool older = true;  // than the current key; a newer one is current on other hosts, or about to be
};

struct Device {
  std::string type;  // lower case
  Fingerprint fingerprint;
  std::shared_ptr<const Secret> token;   // for the check of its form alone; null where it is not at hand
  std::string key_id;                    // the current one, under which `fingerprint` was made
  std::vector<OtherFingerprint> others;  // under the other keys, if there are any
};

Device device_of(const Identity& identity, const KeyFile& keys);

// All of them, as the store keeps them; that under the current key is the first.
std::vector<std::string> fingerprints_of(const Device& device);
std::vector<std::string> other_fingerprints_of(const Device& device);

}  // namespace clientid
