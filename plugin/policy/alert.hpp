// What somebody is told of at once: the holder of the account, or the operator. No token is in it, and no password.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugin/policy/time.hpp"

namespace clientid {

// The names are part of the interface.
enum class AlertKind : std::uint8_t {
  authentication_failed,     // D7.3: the type's flag (6)
  authentication_succeeded,  // D7.3: the type's flag (7)
  device_bound,              // a new device was learned
  device_quarantined,        // one waits for approval
  location_conflict,         // U6.2.4: the same token from two places
  detection,                 // UC7: an account, a device or an address is under attack, or attacks
  attack_mode,               // failures overall went above the threshold
};

struct Alert {
  AlertKind kind = AlertKind::detection;
  Time at;
  std::string account;      // canonical; empty: of no account
  std::string type;         // of the identity; empty: none
  std::string fingerprint;  // its short form, or empty
  std::string peer;         // address or network, or empty
  std::string reason;       // name of the verdict's reason, or empty
  std::string detail;       // for people, such as "known-only until 2026-12-31T23:59:59Z"
  bool has_holder = false;  // somebody has logged in to the account, or an operator bound a device to it

  friend bool operator==(const Alert&, const Alert&) = default;
};

std::string_view name(AlertKind kind);  // "authentication-failed", ...

}  // namespace clientid
