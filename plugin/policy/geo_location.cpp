#include "plugin/policy/geo_location.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace clientid {
namespace {

constexpr double earth_radius = 6371.0088;  // kilometres, the mean of its three axes

double radians(double degrees) {
  return degrees * std::numbers::pi / 180;
}

double squared_sine(double angle) {
  return std::sin(angle) * std::sin(angle);
}

}  // namespace

std::optional<double> kilometres(const GeoLocation& a, const GeoLocation& b) {
  if (!a.latitude || !a.longitude || !b.latitude || !b.longitude) return std::nullopt;
  // The haversine formula, which is exact for short ways too.
  const double haversine = squared_sine(radians(*b.latitude - *a.latitude) / 2) +
                           std::cos(radians(*a.latitude)) * std::cos(radians(*b.latitude)) *
                               squared_sine(radians(*b.longitude - *a.longitude) / 2);
  return 2 * earth_radius * std::asin(std::sqrt(std::min(haversine, 1.0)));
}

}  // namespace clientid
