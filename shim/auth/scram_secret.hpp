// What secrets of SCRAM look like to a client, and made-up ones that look the same.
//
// libsasl salts a plain password itself: the salt is as long as the hash, and stays the same for a name while the
// process lives. A stored secret ("SCRAM-SHA-256$4096:salt$stored-key:server-key") brings its own salt, which stays the
// same for ever, and its own count of iterations.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "plugin/identity/secret.hpp"

namespace clientid {

// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS.
bool is_scram(std::string_view mechanism);
// The latter.
bool binds_channel(std::string_view mechanism);

struct ScramForm {
  std::size_t salt_size;  // octets
  unsigned iterations;

  friend bool operator==(const ScramForm&, const ScramForm&) = default;
};

// Of a server-first-message, "r=...,s=...,i=4096" (RFC 5802 section 7). Nothing where it is none.
std::optional<ScramForm> form_of(std::string_view server_first);

// The form of the stored secrets of this site. Which it has, libsasl tells nobody before somebody uses one, so it is
// learnt from the first account with a secret that comes; for several threads.
class StoredForm {
 public:
  void learn(std::string_view server_first);
  // Nothing where accounts have plain passwords, or none has come yet.
  std::optional<ScramForm> get() const;

 private:
  mutable std::mutex mutex_;
  bool known_ = false;
  std::optional<ScramForm> form_;
};

// A password that nobody knows, of printable characters.
Secret random_password();

// A stored secret of SCRAM-SHA-256 for a password that nobody knows, not even we.
Secret random_stored_secret(std::string_view salt, unsigned iterations);

}  // namespace clientid
