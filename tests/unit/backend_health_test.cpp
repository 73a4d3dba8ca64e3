#include "shim/net/backend_health.hpp"

#include <doctest/doctest.h>

using namespace clientid;
using namespace std::chrono_literals;

namespace {

using Order = std::vector<std::size_t>;

// Three back ends and a clock that stands still.
struct Watch {
  BackendHealth::TimePoint now{};
  BackendHealth health{3, [this] { return now; }};
};

}  // namespace

TEST_CASE("back ends that work are tried as configured") {
  Watch watch;
  CHECK(watch.health.order() == Order{0, 1, 2});
  CHECK_FALSE(watch.health.worked(0));
  CHECK(watch.health.order() == Order{0, 1, 2});
}

TEST_CASE("a back end that failed is passed over, and is left if all else fails") {
  Watch watch;
  CHECK(watch.health.failed(0));
  CHECK(watch.health.order() == Order{1, 2, 0});
  CHECK(watch.health.failed(1));
  CHECK(watch.health.order() == Order{2, 0, 1});
  watch.now += BackendHealth::pause - 1ms;
  CHECK(watch.health.order() == Order{2, 0, 1});
}

TEST_CASE("those work that did not fail the last time") {
  Watch watch;
  CHECK(watch.health.working() == 3);
  watch.health.failed(0);
  watch.health.failed(1);
  CHECK(watch.health.working() == 1);
  watch.now += BackendHealth::pause;
  CHECK(watch.health.order() == Order{0, 2, 1});
  CHECK(watch.health.working() == 1);
  watch.health.worked(0);
  CHECK(watch.health.working() == 2);
}

TEST_CASE("after a while one session tries it first, the others do not wait for that") {
  Watch watch;
  watch.health.failed(0);
  watch.now += BackendHealth::pause;
  CHECK(watch.health.order() == Order{0, 1, 2});
  CHECK(watch.health.order() == Order{1, 2, 0});
  SUBCASE("it works again") {
    CHECK(watch.health.worked(0));
    CHECK(watch.health.order() == Order{0, 1, 2});
    CHECK_FALSE(watch.health.worked(0));
  }
  SUBCASE("it does not") {
    CHECK_FALSE(watch.health.failed(0));
    watch.now += BackendHealth::pause - 1ms;
    CHECK(watch.health.order() == Order{1, 2, 0});
    watch.now += 1ms;
    CHECK(watch.health.order() == Order{0, 1, 2});
  }
  SUBCASE("nothing is heard of it: that session is gone") {
    watch.now += BackendHealth::pause;
    CHECK(watch.health.order() == Order{0, 1, 2});
  }
}

TEST_CASE("a session tries one back end again, not all of them") {
  Watch watch;
  watch.health.failed(0);
  watch.health.failed(1);
  watch.now += BackendHealth::pause;
  CHECK(watch.health.order() == Order{0, 2, 1});
  CHECK(watch.health.order() == Order{1, 2, 0});
  CHECK(watch.health.order() == Order{2, 0, 1});
}

TEST_CASE("what stands behind a back end that works is not tried for its own sake") {
  Watch watch;
  watch.health.failed(2);
  watch.now += BackendHealth::pause;
  CHECK(watch.health.order() == Order{0, 1, 2});
  watch.health.failed(0);
  CHECK(watch.health.order() == Order{1, 0, 2});
}

TEST_CASE("if all have failed, all are tried as configured") {
  Watch watch;
  for (const std::size_t backend : {2, 1, 0}) CHECK(watch.health.failed(backend));
  CHECK(watch.health.order() == Order{0, 1, 2});
  for (const std::size_t backend : {2, 1, 0}) CHECK_FALSE(watch.health.failed(backend));
  CHECK(watch.health.worked(1));
  CHECK(watch.health.order() == Order{1, 0, 2});
}
