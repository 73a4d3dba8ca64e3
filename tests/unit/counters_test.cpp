#include "plugin/store/counters.hpp"

#include <doctest/doctest.h>

#include "plugin/store/slices.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;
using namespace std::chrono_literals;

namespace {

std::string text(Connection& connection, const std::string& name) {
  std::string all;
  long long slice = 0;
  long long attempts = 0;
  long long failures = 0;
  Statement statement(connection, "SELECT slice, attempts, failures FROM counter WHERE name = :name ORDER BY slice");
  statement.use(name).into(slice, attempts, failures).for_each_row([&] {
    all += std::to_string(slice - to_seconds(at(0))) + ":" + std::to_string(attempts) + "/" + std::to_string(failures) +
           " ";
  });
  return all;
}

// Rows of many names, numbered from 1, all in the slice that begins then.
void fill(Connection& connection, long long rows, long long slice) {
  const long long first = to_seconds(at(slice));
  Statement(connection,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows) INSERT INTO counter (name,"
            " slice, attempts, failures) SELECT 'made up ' || i, :slice, 1, 1 FROM n")
      .use(rows, first)
      .execute();
}

long long rows(Connection& connection) {
  return number(connection, "SELECT count(*) FROM counter");
}

}  // namespace

TEST_CASE("U6.2.3 a slice of time is named by its first second") {
  CHECK(slice_of(at(0)) == 1'700'000'000);
  CHECK(slice_of(at(9)) == 1'700'000'000);
  CHECK(slice_of(at(10)) == 1'700'000'010);
}

TEST_CASE("U6.2.3 what is counted under a name adds up within a slice") {
  const TemporaryStore store;
  auto connection = store.open();
  Counters counters(connection);
  counters.add({{{"a", at(0)}, {.attempts = 3, .failures = 1}},
                {{"a", at(9)}, {.attempts = 4, .failures = 0}},
                {{"a", at(10)}, {.attempts = 1, .failures = 1}},
                {{"b", at(0)}, {.attempts = 0, .failures = 7}}});
  CHECK(text(connection, "a") == "0:7/1 10:1/1 ");
  CHECK(text(connection, "b") == "0:0/7 ");
  counters.add({{{"a", at(5)}, {.attempts = 2, .failures = 2}}});
  counters.add({});
  CHECK(text(connection, "a") == "0:9/3 10:1/1 ");
  CHECK(text(connection, "b") == "0:0/7 ");
}

TEST_CASE("threats: SQL - a name is whatever it is") {
  const TemporaryStore store;
  auto connection = store.open();
  Counters(connection).add({{{hostile, at(0)}, {.attempts = 1, .failures = 1}}});
  CHECK(text(connection, hostile) == "0:1/1 ");
}

TEST_CASE("threats: floods - what no window reaches any more is forgotten") {
  const TemporaryStore store;
  auto connection = store.open();
  Counters counters(connection);
  counters.add({{{"a", at(0)}, {.attempts = 1}}, {{"a", at(10)}, {.attempts = 1}}});
  // The longest window is of 24 hours, and a slice that it reaches into counts as a whole.
  counters.purge(at(24 * 3600 + 9));
  CHECK(text(connection, "a") == "0:1/0 10:1/0 ");
  counters.purge(at(24 * 3600 + 10));
  CHECK(text(connection, "a") == "10:1/0 ");
}

TEST_CASE("threats: floods - the oldest beyond max_rows are forgotten, whoever makes up names") {
  const TemporaryStore store;
  auto connection = store.open();
  Counters counters(connection);
  const Transaction fast(connection);
  counters.add({{{"old", at(0)}, {.failures = 1}}, {{"new", at(20)}, {.failures = 1}}});
  fill(connection, Counters::max_rows - 2, 10);
  counters.purge(at(20));
  CHECK(rows(connection) == Counters::max_rows);
  counters.add({{{"newer", at(20)}, {.failures = 1}}});
  counters.purge(at(20));
  CHECK(rows(connection) <= Counters::max_rows);
  CHECK(text(connection, "old").empty());
  CHECK(text(connection, "new") == "20:0/1 ");
  CHECK(text(connection, "newer") == "20:0/1 ");
}

TEST_CASE("what was counted more than a day ahead, before the clock was put back, is forgotten") {
  const TemporaryStore store;
  auto connection = store.open();
  Counters counters(connection);
  counters.add({{{"a", at(24 * 3600)}, {.attempts = 1}}, {{"a", at(24 * 3600 + 10)}, {.attempts = 1}}});
  counters.purge(at(10));
  CHECK(text(connection, "a") == "86400:1/0 86410:1/0 ");
  counters.purge(at(9));
  CHECK(text(connection, "a") == "86400:1/0 ");
}
