#include "plugin/policy/verdict.hpp"

namespace clientid {

// No default labels below: the compiler then names what is forgotten.

std::string_view name(Decision decision) {
  switch (decision) {
    case Decision::allow: return "allow";
    case Decision::refuse: return "refuse";
    case Decision::unavailable: return "unavailable";
    case Decision::enrol: return "allow-and-enrol";
    case Decision::quarantine: return "quarantine";
  }
  return {};
}

std::string_view name(Reason reason) {
  switch (reason) {
    case Reason::bad_account: return "bad-account";
    case Reason::store_failure: return "store-failure";
    case Reason::off: return "off";
    case Reason::device_blocked: return "device-blocked";
    case Reason::address_blocked: return "address-blocked";
    case Reason::revoked: return "revoked";
    case Reason::suspended: return "suspended";
    case Reason::type_denied: return "type-denied";
    case Reason::type_not_allowed: return "type-not-allowed";
    case Reason::type_required: return "type-required";
    case Reason::form_mismatch: return "form-mismatch";
    case Reason::known_only: return "known-only";
    case Reason::valid_only: return "valid-only";
    case Reason::device_limit: return "device-limit";
    case Reason::address_limit: return "address-limit";
    case Reason::account_limit: return "account-limit";
    case Reason::too_many_accounts: return "too-many-accounts";
    case Reason::two_places: return "two-places";
    case Reason::device_sessions: return "device-sessions";
    case Reason::absent_limit: return "absent-limit";
    case Reason::trusted_network: return "trusted-network";
    case Reason::absent_allowed: return "absent-allowed";
    case Reason::absent_until_bound: return "absent-until-bound";
    case Reason::absent_after_bound: return "absent-after-bound";
    case Reason::absent_refused: return "absent-refused";
    case Reason::bound: return "bound";
    case Reason::licensed: return "licensed";
    case Reason::expired: return "expired";
    case Reason::pending: return "pending";
    case Reason::learned: return "learned";
    case Reason::learning_over: return "learning-over";
    case Reason::devices_full: return "devices-full";
    case Reason::quarantined: return "quarantined";
    case Reason::pending_full: return "pending-full";
    case Reason::unbound: return "unbound";
  }
  return {};
}

bool is_restraint(Reason reason) {
  switch (reason) {
    case Reason::store_failure:
    case Reason::device_blocked:
    case Reason::address_blocked:
    case Reason::known_only:
    case Reason::valid_only:
    case Reason::device_limit:
    case Reason::address_limit:
    case Reason::account_limit:
    case Reason::device_sessions:
    case Reason::absent_limit: return true;
    default: return false;
  }
}

}  // namespace clientid
