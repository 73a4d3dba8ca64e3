#include "plugin/policy/geo_location.hpp"

#include <doctest/doctest.h>

using namespace clientid;

namespace {

constexpr double earth = 40030.2;  // the way round it

GeoLocation at(double latitude, double longitude) {
  return {"XX", latitude, longitude};
}

}  // namespace

TEST_CASE("kilometres along the great circle") {
  CHECK(kilometres(at(0, 0), at(0, 90)).value() == doctest::Approx(earth / 4));
  CHECK(kilometres(at(0, 0), at(90, 0)).value() == doctest::Approx(earth / 4));
  CHECK(kilometres(at(90, 20), at(-90, 150)).value() == doctest::Approx(earth / 2));
  CHECK(kilometres(at(45, 10), at(-45, -170)).value() == doctest::Approx(earth / 2));
  CHECK(kilometres(at(0, 179.5), at(0, -179.5)).value() == doctest::Approx(earth / 360));
  CHECK(kilometres(at(60, 0), at(60, 180)).value() == doctest::Approx(earth / 6));
  CHECK(kilometres(at(52.5, 13.4), at(48.9, 2.4)).value() == doctest::Approx(873).epsilon(0.005));
  CHECK(kilometres(at(48.9, 2.4), at(52.5, 13.4)).value() == kilometres(at(52.5, 13.4), at(48.9, 2.4)).value());
  CHECK(kilometres(at(38.9, -77.0), at(35.7, 139.7)).value() == doctest::Approx(10905).epsilon(0.005));
  CHECK(kilometres(at(52.5, 13.4), at(52.5, 13.4)).value() == 0);
  CHECK(kilometres(at(52.5, 13.4), at(52.5, 13.40001)).value() == doctest::Approx(0.000677).epsilon(0.01));
}

TEST_CASE("no way is known to a place without coordinates") {
  CHECK_FALSE(kilometres({"DE", {}, {}}, at(0, 0)));
  CHECK_FALSE(kilometres(at(0, 0), {"DE", {}, {}}));
  CHECK_FALSE(kilometres(at(0, 0), {"DE", 1, {}}));
  CHECK_FALSE(kilometres({"DE", 1, {}}, at(0, 0)));
  CHECK_FALSE(kilometres(at(0, 0), {"DE", {}, 1}));
  CHECK_FALSE(kilometres({"DE", {}, 1}, at(0, 0)));
}
