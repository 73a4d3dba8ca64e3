// The table of bindings: one row is one device on one account.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugin/policy/binding.hpp"
#include "plugin/policy/device.hpp"
#include "plugin/store/connection.hpp"

namespace clientid {

struct BindingFilter {
  std::optional<std::string> account;
  std::optional<BindingState> state;
  std::optional<std::string> type;
  std::optional<std::string> fingerprint_prefix;  // hexadecimal digits
  std::vector<std::string> fingerprints;          // one of these; empty: whatever it is
  std::optional<std::string> key_id;
  std::optional<Time> unused_since;  // last seen, or else created, before
};

// Of all accounts, by the state that is in force.
using BindingCounts = std::array<std::uint64_t, static_cast<std::size_t>(BindingState::revoked) + 1>;

enum class Enrolment : std::uint8_t {
  done,     // bound, or put in quarantine
  present,  // this device has a binding on this account already, made a moment ago by another attempt
  full,     // the account has as many as it may
};

struct BindingUse {
  std::int64_t id = 0;
  Time at;
  std::string peer;
};

class Bindings {
 public:
  explicit Bindings(Connection& connection) : connection_(connection) {}

  // Ordered by account, then id.
  std::vector<Binding> list(const BindingFilter& filter);
  std::optional<Binding> get(std::int64_t id);
  // By any of the fingerprints of the device (X8).
  std::optional<Binding> find(const std::string& account, const Device& device, Time at);

  bool any();
  // Reads all of them, a part at a time, and they may change meanwhile.
  BindingCounts count(Time at);

  // The id of the new row; `binding.id`, `last_seen`, `last_peer` and `uses` are not looked at. Nothing if this device
  // is there on this account already.
  std::optional<std::int64_t> insert(const Binding& binding);

  // Counts the account's active bindings (those that FactsReader counts), or the pending ones for a pending one, and
  // inserts in one transaction, so that two devices at once cannot both take the last place. With `others`, those of
  // the device under other keys, two hosts of which each has another key current do not bind it twice (X8).
  Enrolment enrol(const Binding& binding, unsigned at_most, const std::vector<OtherFingerprint>& others = {});

  // Each false if there is no such row.
  bool set_state(std::int64_t id, BindingState state, std::optional<Time> suspended_until);
  bool set_label(std::int64_t id, const std::string& label);
  bool set_expiry(std::int64_t id, std::optional<Time> expires);
  bool remove(std::int64_t id);

  // Successes: each counts as a use.
  void touch(const std::vector<BindingUse>& uses);

 private:
  Connection& connection_;
};

}  // namespace clientid
