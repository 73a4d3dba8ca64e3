// What one device does on all accounts together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/policy/facts.hpp"
#include "plugin/store/any_of.hpp"

namespace clientid {

struct DeviceElsewhere {
  unsigned accounts = 0;                  // on which it has an active binding (UC2)
  std::optional<Sighting> last_sighting;  // without the location
};

// Keeps its statement prepared.
class DeviceElsewhereReader {
 public:
  // `keys`: how many fingerprints the device has.
  explicit DeviceElsewhereReader(Connection& connection, std::size_t keys = 1);

  DeviceElsewhere read(const std::vector<std::string>& fingerprints);

 private:
  AnyOf fingerprints_;
  std::string state_;
  NullableTime last_seen_;
  std::string last_peer_;
  Statement statement_;
};

}  // namespace clientid
