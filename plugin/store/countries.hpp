// In which country an address is, from a database in MaxMind's format: GeoLite2 or GeoIP2, of countries or of cities.
#pragma once

#include <maxminddb.h>

#include <memory>
#include <optional>
#include <string>

#include "plugin/policy/geo_location.hpp"
#include "plugin/policy/network.hpp"

namespace clientid {

class Countries {
 public:
  // Throws ConfigError that names the file and how to mend it. The file stays mapped: whoever renews it must put
  // another in its place, as geoipupdate does.
  static std::shared_ptr<const Countries> open(const std::string& path);

  Countries(const Countries&) = delete;
  Countries& operator=(const Countries&) = delete;
  ~Countries();

  // None where the database does not know, or is damaged. Coordinates are in databases of cities. Any thread.
  std::optional<GeoLocation> location_of(const Address& address) const;

 private:
  explicit Countries(const std::string& path);
  MMDB_s database_{};
};

}  // namespace clientid
