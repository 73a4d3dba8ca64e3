#include "shim/ops/throttle.hpp"

#include <doctest/doctest.h>

using namespace clientid;
using namespace std::chrono_literals;

TEST_CASE("the first line passes at once, then one a second that tells how many there were") {
  log::Throttle throttle;
  const log::Throttle::Clock::time_point start{};
  CHECK(throttle.pass(start) == 1U);
  CHECK_FALSE(throttle.pass(start));
  CHECK_FALSE(throttle.pass(start + 999ms));
  CHECK(throttle.pass(start + 1s) == 3U);
  CHECK_FALSE(throttle.pass(start + 1500ms));
  CHECK(throttle.pass(start + 10s) == 2U);
}

TEST_CASE("another interval") {
  log::Throttle throttle(1min);
  const log::Throttle::Clock::time_point start{};
  CHECK(throttle.pass(start) == 1U);
  CHECK_FALSE(throttle.pass(start + 59s));
  CHECK(throttle.pass(start + 60s) == 2U);
}
