// How many devices an account has, as its limits count them.
#pragma once

#include <string>

#include "plugin/policy/time.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {

struct DeviceCounts {
  unsigned active = 0;  // unexpired, and where a suspension has ended
  unsigned pending = 0;
};

// Keeps its statement prepared.
class DeviceCounter {
 public:
  explicit DeviceCounter(Connection& connection, Statement::Kind kind = Statement::Kind::kept);

  DeviceCounts count(const std::string& account, Time at);

 private:
  std::string account_;
  long long at_ = 0;
  long long active_ = 0;
  long long pending_ = 0;
  Statement statement_;
};

}  // namespace clientid
