// X8: a device that comes after another key became current is moved to it: what the store knows of it under its
// fingerprint of before is put under the new one, and which was which is kept, so that either leads to its history.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plugin/policy/device.hpp"
#include "plugin/policy/time.hpp"
#include "plugin/store/connection.hpp"
#include "plugin/store/where.hpp"

namespace clientid {

struct DeviceMove {
  std::vector<OtherFingerprint> from;  // under older keys
  std::string fingerprint;             // under the current key, 64 hexadecimal digits
  std::string key_id;                  // of that
};

struct MovedDevice {
  std::string former;  // 64 hexadecimal digits, as `fingerprint`
  std::string former_key;
  std::string fingerprint;
  std::string key_id;
  Time at;
};

// What is about to be removed from the store, and keeps nothing in it any more.
struct Leaving {
  std::optional<std::string> account;  // all of this one
  std::optional<Time> events_before;
  std::optional<Time> ended_by;  // restrictions and leases of sessions
};

class MovedDevices {
 public:
  explicit MovedDevices(Connection& connection) : connection_(connection) {}

  // Bindings in whatever state and on all accounts, licences, blocks and open sessions. What has been moved already, by
  // whomever, stays as it is, and so does what stands under both: a device has one binding on an account.
  void move(const DeviceMove& move, Time at);

  // In the order of their former fingerprints; with an account, those of which it has a binding.
  void list(const std::optional<std::string>& account, const std::function<void(const MovedDevice&)>& take);
  std::optional<MovedDevice> find(const std::string& former);
  void put(const MovedDevice& moved);

  // All that these devices were ever moved from or to, and they themselves.
  std::set<std::string> all_names(std::set<std::string> fingerprints);

  // What the device has become; the same if it was not moved.
  std::string newest(std::string fingerprint);

  // Up to `most` former fingerprints, behind this one in their order, of devices that were moved before then.
  std::vector<std::string> moved_before(Time then, const std::string& behind, long long most);

  // Former fingerprints that bindings and events of the account lead to.
  std::set<std::string> of_account(const std::string& account);

  // Of these and all other former fingerprints of the same devices, those of no use: nothing of the device stands in
  // the store, by whatever name, but for what is leaving.
  std::set<std::string> useless(const std::set<std::string>& former, const Leaving& leaving);
  long long remove(const std::set<std::string>& former);

  // Up to `most` of those that were moved, and whose fingerprint began so before or does now.
  std::set<std::string> find_all(const std::string& prefix, long long most);

 private:
  void each_of(Where& where, const std::function<void(const MovedDevice&)>& take);
  long long move_from(const OtherFingerprint& former, const DeviceMove& move);
  bool stands_in(const std::string& table, Where& where);
  bool is_known(const std::string& fingerprint, const Leaving& leaving);

  Connection& connection_;
};

}  // namespace clientid
