// Where in the world an address is, as far as it is known.
#pragma once

#include <optional>
#include <string>

namespace clientid {

struct GeoLocation {
  std::string country;                        // two capital letters, ISO 3166
  std::optional<double> latitude, longitude;  // degrees; both or none
};

// Along the great circle; none where one of them has no coordinates.
std::optional<double> kilometres(const GeoLocation& a, const GeoLocation& b);

}  // namespace clientid
