#include "shim/net/keyed_count.hpp"

#include <doctest/doctest.h>

using namespace clientid;

TEST_CASE("as many of a kind as may be, each for as long as it lives") {
  KeyedCount count;
  const auto first = count.enter("a", 2);
  auto second = count.enter("a", 2);
  CHECK(first);
  CHECK(second);
  CHECK_FALSE(count.enter("a", 2));
  CHECK(count.enter("b", 2));
  second.reset();
  CHECK(count.enter("a", 2));
}

TEST_CASE("X8 those that came under another name count, too") {
  KeyedCount count;
  auto before = count.enter("under key 1", 2);
  const auto now = count.enter("under key 2", 2, {"under key 1"});
  CHECK(now);
  CHECK_FALSE(count.enter("under key 2", 2, {"under key 1"}));
  CHECK_FALSE(count.enter("under key 1", 2, {"under key 2"}));
  before.reset();
  CHECK(count.enter("under key 2", 2, {"under key 1"}));
}
