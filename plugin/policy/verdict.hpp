// What is decided about one attempt, and why. Clients never see the reason (D6.6).
#pragma once

#include <cstdint>
#include <string_view>

namespace clientid {

enum class Decision : std::uint8_t {
  allow,
  refuse,
  unavailable,  // cannot tell now: 454, never 235
  enrol,        // allow; bind the device once the password was right
  quarantine,   // refuse, but once the password was right keep the device for approval
};

// The closed list of reasons, in the order of the rules that give them. The names are part of the interface: logs,
// history and `clientidctl check` show them.
enum class Reason : std::uint8_t {
  bad_account,         // the name cannot be an account
  store_failure,       // the store does not answer
  off,                 // mode=off
  device_blocked,      // by an operator, or by detection
  address_blocked,     // likewise
  revoked,             // binding or licence
  suspended,           // binding or licence
  type_denied,         // deny-types
  type_not_allowed,    // allow-types
  type_required,       // require-types
  form_mismatch,       // the token has not the form of its type, and the type says refuse
  known_only,          // attack mode: a bound device is required
  valid_only,          // attack mode: an identity is required
  device_limit,        // too many attempts or failures of the device
  address_limit,       // from the network
  account_limit,       // on the account
  too_many_accounts,   // use the device already
  two_places,          // the device is elsewhere
  device_sessions,     // the device has too many sessions open
  absent_limit,        // too many attempts or failures from the network of clients without identity
  trusted_network,     // no identity, and none needed from there
  absent_allowed,      // no identity, absent=allow
  absent_until_bound,  // no identity, absent=until-bound, and no device bound yet
  absent_after_bound,  // no identity, absent=until-bound, and a device is bound
  absent_refused,      // no identity, absent=refuse
  bound,               // an active binding
  licensed,            // an active licence
  expired,             // binding or licence
  pending,             // waits for approval
  learned,             // mode=learn: becomes bound
  learning_over,       // mode=learn, but learn-until has passed
  devices_full,        // mode=learn, but max-devices are bound
  quarantined,         // mode=quarantine: becomes pending
  pending_full,        // too many devices wait for approval already
  unbound,             // mode=enforce, and no binding
};

struct Verdict {
  Decision decision = Decision::unavailable;
  Reason reason = Reason::store_failure;
  bool observed = false;  // mode=observe: the reason is for what would have been decided, X4

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// Was it refused for what others did, or too often? Such a refusal is not counted, for else it would never end.
bool is_restraint(Reason reason);

std::string_view name(Decision decision);  // "allow", "allow-and-enrol", ...
std::string_view name(Reason reason);      // "type-denied", ...

}  // namespace clientid
