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
    case Reason::revoked: return "revoked";
    case Reason::suspended: return "suspended";
    case Reason::type_denied: return "type-denied";
    case Reason::type_not_allowed: return "type-not-allowed";
    case Reason::type_required: return "type-required";
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

}  // namespace clientid
