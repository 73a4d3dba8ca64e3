// The devices that left a trace: in a binding, a restriction or the history.
#pragma once

#include <string>
#include <vector>

#include "plugin/store/connection.hpp"

namespace clientid {

class SeenDevices {
 public:
  explicit SeenDevices(Connection& connection) : connection_(connection) {}

  // Up to two of those whose fingerprint begins so; `prefix` is of hexadecimal digits.
  std::vector<std::string> fingerprints(const std::string& prefix);

 private:
  Connection& connection_;
};

}  // namespace clientid
