// The keys under which tokens are hashed, and the file that holds them:
//
//     # clientid hash keys; the first one is current
//     2 77aa...64 hexadecimal digits... 2026-11-28T22:00:00Z
//     1 8f0c...
//
// X8: new bindings are made under the first key, and a device is looked up under all of them, so that a key can be
// changed with no device losing its binding. The numbers tell which key is newer; one that is newer than the current
// one is there to be known to all hosts before it becomes current.
//
// Whoever reads this file and the store can try guesses at tokens, so the file must be kept from others.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/identity/fingerprint.hpp"
#include "plugin/identity/identity.hpp"
#include "plugin/identity/secret.hpp"

namespace clientid {

struct HashKey {
  std::string id;       // decimal, counted from 1; up to 18 digits
  Secret octets;        // 32
  std::string created;  // RFC 3339 in UTC; empty: not known
};

// Both are numbers, as ids of keys are.
bool is_older_key(std::string_view one, std::string_view other);
bool is_key_id(std::string_view text);

Fingerprint fingerprint_under(const HashKey& key, const Identity& identity);

class KeyFile {
 public:
  static constexpr std::size_t max_keys = 16;  // each of them costs a hash for every AUTH

  // Throws ConfigError that names the file and the mend: not there, a link, not a plain file, readable by
  // others, writable by group, owned by somebody other than root or this user, or not in the form above.
  static KeyFile load(const std::string& path);

  // Makes the file with one new key, mode 0600, durable on return. False if there is one already.
  // Throws ConfigError where it cannot be written.
  static bool create(const std::string& path, const std::string& created = {});

  const std::vector<HashKey>& keys() const { return keys_; }  // the current one first
  const std::string& current_id() const { return keys_.front().id; }
  const HashKey* find(std::string_view id) const;

  Fingerprint fingerprint(const Identity& identity) const { return fingerprint_under(keys_.front(), identity); }
  // Under the oldest key: the same before and after another one becomes current, and on hosts that differ in that.
  Fingerprint lasting_fingerprint(const Identity& identity) const;

  // Changes are in memory alone, until replace() puts them in the place of a file that is there: at once, with its
  // owner and mode, durable on return. Throws ConfigError where that cannot be. A new random key, behind the others.
  // Throws std::length_error beyond max_keys.
  void add(const std::string& id, const std::string& created);
  void make_current(std::string_view id);  // it is there
  void remove(std::string_view id);        // it is not the current one
  void replace(const std::string& path) const;

  // 16 hexadecimal digits by which the key of this id is told from others of the same id, at another site. They help
  // nobody to find it. Nothing if there is no such key.
  std::optional<std::string> check_value(std::string_view id) const;

 private:
  Secret text() const;

  std::vector<HashKey> keys_;  // one at least
};

}  // namespace clientid
