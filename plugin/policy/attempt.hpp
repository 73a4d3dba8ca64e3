// One try to use one account from one device.
#pragma once

#include <optional>
#include <string>

#include "plugin/policy/device.hpp"
#include "plugin/policy/network.hpp"
#include "plugin/policy/time.hpp"

namespace clientid {

struct Attempt {
  std::string service;           // as libsasl names it: "smtp"
  std::string account;           // canonical
  std::optional<Device> device;  // none: the client gave no identity
  std::optional<Address> peer;   // none: not an IP connection
  Time at;
};

}  // namespace clientid
