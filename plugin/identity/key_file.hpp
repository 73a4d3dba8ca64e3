// The keys under which tokens are hashed, and the file that holds them:
//
//     # clientid hash keys; the last one is current
//     1 8f0c...64 hexadecimal digits...
//
// Whoever reads this file and the store can try guesses at tokens, so the file must be kept from others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugin/identity/fingerprint.hpp"
#include "plugin/identity/identity.hpp"
#include "plugin/identity/secret.hpp"

namespace clientid {

struct HashKey {
  std::string id;  // decimal, counted from 1
  Secret octets;   // 32
};

class KeyFile {
 public:
  // Throws ConfigError that names the file and the mend: not there, a link, not a plain file, readable by
  // others, writable by group, owned by somebody other than root or this user, or not in the form above.
  static KeyFile load(const std::string& path);

  // Makes the file with one new key, mode 0600, durable on return. False if there is one already.
  // Throws ConfigError where it cannot be written.
  static bool create(const std::string& path);

  const std::string& current_id() const { return keys_.back().id; }
  Fingerprint fingerprint(const Identity& identity) const;

 private:
  std::vector<HashKey> keys_;  // never empty
};

}  // namespace clientid
