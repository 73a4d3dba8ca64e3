// The judge's mind: an attempt and what the store knows of it go in, a verdict comes out. No I/O, no clock.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/policy/binding.hpp"
#include "plugin/policy/network.hpp"
#include "plugin/policy/settings.hpp"
#include "plugin/policy/time.hpp"
#include "plugin/policy/verdict.hpp"

namespace clientid {

struct Device {
  std::string type;  // lower case
  Fingerprint fingerprint;
};

// One try to use one account from one device.
struct Attempt {
  std::string service;           // as libsasl names it: "smtp"
  std::string account;           // canonical
  std::optional<Device> device;  // none: the client gave no identity
  std::optional<Address> peer;   // none: not an IP connection
  Time at;
};

// What the store says about it, read in one go.
struct Facts {
  Settings settings;
  std::optional<Binding> binding;  // of this device on this account
  std::optional<Binding> licence;  // of this device on any account
  unsigned active_devices = 0;     // active, unexpired bindings of this account
  unsigned pending_devices = 0;    // of this account
};

// So many devices may wait for approval on one account; beyond it none is added, so that a stolen password cannot
// fill the store.
inline constexpr unsigned max_pending_devices = 20;

// `facts` is null where the store did not answer; then `on_store_failure`, as last read, decides.
Verdict decide(const Attempt& attempt, const Facts* facts, OnStoreFailure on_store_failure);

// X6: one line a rule, up to the one that decided.
struct RuleReport {
  std::string_view rule;
  std::string saw;
  std::optional<Verdict> said;
};
std::vector<RuleReport> explain(const Attempt& attempt, const Facts* facts, OnStoreFailure on_store_failure);

}  // namespace clientid
