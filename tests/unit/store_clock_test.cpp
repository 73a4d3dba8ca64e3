#include "plugin/store/store_clock.hpp"

#include <doctest/doctest.h>

#include "tests/unit/temporary_store.hpp"

using namespace clientid;
using namespace std::chrono_literals;

TEST_CASE("a file has no clock: ours counts" * doctest::skip(on_postgresql())) {
  const TemporaryStore store;
  auto connection = store.open();
  CHECK(StoreClock(connection).now(at(5)) == at(5));
}

TEST_CASE("the clock of a server counts, and not ours" * doctest::skip(!on_postgresql())) {
  const TemporaryStore store;
  auto connection = store.open();
  execute(connection,
          "CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS"
          " 'SELECT pg_catalog.clock_timestamp() - interval ''1 hour'''");
  // What stands before pg_catalog takes the place of what is in there.
  auto hour_behind = Connection::open(store.url() + "%2Cpg_catalog");
  StoreClock clock(connection);
  StoreClock clock_behind(hour_behind);
  for (int turn = 0; turn < 2; ++turn) {
    CHECK(std::chrono::abs(clock.now(at(5)) - now()) <= 5s);
    CHECK(std::chrono::abs(clock_behind.now(at(5)) + 1h - now()) <= 5s);
  }
}
