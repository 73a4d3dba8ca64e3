// What the store knows of an attempt, read in one go.
#pragma once

#include <optional>
#include <vector>

#include "plugin/identity/form.hpp"
#include "plugin/policy/attempt.hpp"
#include "plugin/policy/binding.hpp"
#include "plugin/policy/geo_location.hpp"
#include "plugin/policy/restriction.hpp"
#include "plugin/policy/settings.hpp"
#include "plugin/policy/type_rule.hpp"

namespace clientid {

// What was counted within the window of the limit it is held against.
struct Tally {
  unsigned attempts = 0;
  unsigned failures = 0;
};

// The last time a device was let in, on any account.
struct Sighting {
  Address peer;
  Time at;
  std::optional<GeoLocation> location;
};

struct Facts {
  Settings settings;
  TypeRule type;                          // of the type of the device
  std::optional<FormResult> form;         // of its token, if the type has a check and the token is at hand
  std::vector<Restriction> restrictions;  // in force, and met by this attempt
  std::optional<Binding> binding;         // of this device on this account
  std::optional<Binding> licence;         // of this device on any account
  unsigned active_devices = 0;            // active, unexpired bindings of this account
  unsigned pending_devices = 0;           // of this account
  Tally device;                           // counted of the device, or of it on this account and in this network
  Tally address;                          // counted in this network
  Tally absent;                           // counted in this network of clients without identity
  Tally account;                          // counted of the account
  unsigned accounts_of_device = 0;        // on which the device has an active binding
  unsigned sessions = 0;                  // that the device has open; one of its own or of many: on this account
  unsigned sessions_elsewhere = 0;        // those of them in other networks
  std::optional<Sighting> last_sighting;  // of the device
  std::optional<GeoLocation> location;    // of the peer
};

// Is the device bound to this very account? Such a device answers for itself alone, and never for what others do to the
// account or from its address (X2).
bool is_own_device(const Attempt& attempt, const Facts& facts);

// May many accounts use the device: by its type, or by a licence (UC2)?
bool is_used_by_many(const Attempt& attempt, const Facts& facts);

// The device as far as it counts for the verdict: null without identity, or where the flags of its type say that it is
// taken as not shown (D7.3).
const Device* counted_device(const Attempt& attempt, const Facts& facts);

// The network that stands for the address of the peer: one address of IPv4, one /64 of IPv6, unless set otherwise.
std::optional<Network> counted_network(const Attempt& attempt, const Settings& settings);

// The fingerprint under which people find the device: that of its binding, if that was made, by another host, under a
// newer key than is current here (X8).
const Fingerprint& shown_fingerprint(const Attempt& attempt, const Facts& facts);

// Under which older keys does the store know this device? What stands there is to be moved to the current one (X8).
std::vector<OtherFingerprint> outdated_fingerprints(const Attempt& attempt, const Facts& facts);

// The names under which an attempt is counted (U6.2.3, UC6); empty where it is not.
struct CountedNames {
  std::string device;
  std::vector<std::string> device_by_other_keys;  // it was counted under them while those were current
  std::string address;
  std::string absent;
  std::string account;
};

// The name under which failures overall are counted (UC7).
inline constexpr const char* all_failures = "all";

CountedNames counted_names(const Attempt& attempt, const Facts& facts);

}  // namespace clientid
