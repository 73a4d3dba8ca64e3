#include "plugin/policy/alert.hpp"

namespace clientid {

std::string_view name(AlertKind kind) {
  switch (kind) {
    case AlertKind::authentication_failed: return "authentication-failed";
    case AlertKind::authentication_succeeded: return "authentication-succeeded";
    case AlertKind::device_bound: return "device-bound";
    case AlertKind::device_quarantined: return "device-quarantined";
    case AlertKind::location_conflict: return "location-conflict";
    case AlertKind::detection: return "detection";
    case AlertKind::attack_mode: return "attack-mode";
  }
  return {};
}

}  // namespace clientid
