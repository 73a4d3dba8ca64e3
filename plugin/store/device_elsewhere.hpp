// What one device does on all accounts together.
#pragma once

#include <optional>
#include <string>

#include "plugin/policy/facts.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {

struct DeviceElsewhere {
  unsigned accounts = 0;                  // on which it has an active binding (UC2)
  std::optional<Sighting> last_sighting;  // without the location
};

// Keeps its statement prepared.
class DeviceElsewhereReader {
 public:
  explicit DeviceElsewhereReader(Connection& connection);

  DeviceElsewhere read(const std::string& fingerprint);

 private:
  std::string fingerprint_;
  std::string state_;
  NullableTime last_seen_;
  std::string last_peer_;
  Statement statement_;
};

}  // namespace clientid
