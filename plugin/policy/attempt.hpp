// One try to use one account from one device.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "plugin/identity/fingerprint.hpp"
#include "plugin/identity/secret.hpp"
#include "plugin/policy/network.hpp"
#include "plugin/policy/time.hpp"

namespace clientid {

struct Device {
  std::string type;  // lower case
  Fingerprint fingerprint;
  std::shared_ptr<const Secret> token;  // for the check of its form alone; null where it is not at hand
};

struct Attempt {
  std::string service;           // as libsasl names it: "smtp"
  std::string account;           // canonical
  std::optional<Device> device;  // none: the client gave no identity
  std::optional<Address> peer;   // none: not an IP connection
  Time at;
};

}  // namespace clientid
