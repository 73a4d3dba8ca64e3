#include "plugin/store/tally_reader.hpp"

#include <doctest/doctest.h>

#include "plugin/store/counters.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;
using namespace std::chrono_literals;

namespace {

const Rate none{};
const Rate in_a_minute{5, 60s};
const Rate in_an_hour{5, 3600s};

std::string text(const Tally& tally) {
  return std::to_string(tally.attempts) + "/" + std::to_string(tally.failures);
}

}  // namespace

TEST_CASE("U6.2.3 a window slides, and reaches up to a slice further back than it says") {
  const TemporaryStore store;
  auto connection = store.open();
  TallyReader reader(connection);
  Counters(connection)
      .add({{{"a", at(0)}, {.attempts = 3, .failures = 1}},
            {{"a", at(10)}, {.attempts = 20, .failures = 10}},
            {{"a", at(60)}, {.attempts = 100, .failures = 200}},
            {{"b", at(60)}, {.attempts = 1000, .failures = 1000}}});
  const auto read = [&](long long when) { return text(reader.read("a", in_a_minute, in_a_minute, at(when))); };
  CHECK(read(60) == "123/211");
  CHECK(read(69) == "123/211");
  CHECK(read(70) == "120/210");
  CHECK(read(79) == "120/210");
  CHECK(read(80) == "100/200");
  CHECK(read(129) == "100/200");
  CHECK(read(130) == "0/0");
}

TEST_CASE("U6.2.3 attempts and failures have each a window of their own") {
  const TemporaryStore store;
  auto connection = store.open();
  TallyReader reader(connection);
  Counters(connection)
      .add({{{"a", at(0)}, {.attempts = 3, .failures = 1}}, {{"a", at(600)}, {.attempts = 20, .failures = 10}}});
  CHECK(text(reader.read("a", in_a_minute, in_an_hour, at(600))) == "20/11");
  CHECK(text(reader.read("a", in_an_hour, in_a_minute, at(600))) == "23/10");
  CHECK(text(reader.read("a", in_an_hour, in_an_hour, at(600))) == "23/11");
}

TEST_CASE("U6.2.3 one limit is enough to be counted, and without any nothing is read") {
  const TemporaryStore store;
  auto connection = store.open();
  TallyReader reader(connection);
  Counters(connection).add({{{"a", at(0)}, {.attempts = 3, .failures = 1}}, {{"", at(0)}, {.attempts = 9}}});
  CHECK(reader.read("a", none, in_a_minute, at(30)).failures == 1);
  CHECK(reader.read("a", in_a_minute, none, at(30)).attempts == 3);
  CHECK(text(reader.read("a", none, none, at(0))) == "0/0");
  CHECK(text(reader.read("", in_a_minute, in_a_minute, at(0))) == "0/0");
  CHECK(text(reader.read("b", in_a_minute, in_a_minute, at(0))) == "0/0");
  CHECK(text(reader.read("a", in_a_minute, in_a_minute, at(0))) == "3/1");
  execute(connection, "DROP TABLE counter");
  CHECK(text(reader.read("a", none, none, at(0))) == "0/0");
  CHECK(text(reader.read("", in_a_minute, in_a_minute, at(0))) == "0/0");
  CHECK_THROWS_AS(reader.read("a", in_a_minute, none, at(0)), StoreError);
}

TEST_CASE("U6.2.3 what was counted before the clock was put back does not count until that time comes") {
  const TemporaryStore store;
  auto connection = store.open();
  TallyReader reader(connection);
  Counters(connection).add({{{"a", at(86400)}, {.attempts = 3, .failures = 1}}});
  const auto read = [&](long long when) { return text(reader.read("a", in_a_minute, in_a_minute, at(when))); };
  CHECK(read(86400) == "3/1");
  CHECK(read(0) == "0/0");
  // Another host's clock may be a little ahead.
  CHECK(read(86400 - 61) == "0/0");
  CHECK(read(86400 - 60) == "3/1");
}
