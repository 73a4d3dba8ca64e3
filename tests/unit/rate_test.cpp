#include "plugin/policy/rate.hpp"

#include <doctest/doctest.h>

using namespace clientid;
using namespace std::chrono_literals;

TEST_CASE("a rate is a number in a time") {
  CHECK(parse_rate("20/10m") == Rate{20, 10min});
  CHECK(parse_rate("1/1m") == Rate{1, 1min});
  CHECK(parse_rate("1000000/24h") == Rate{1'000'000, 24h});
  CHECK(parse_rate("none") == Rate{});
  CHECK(parse_rate("none")->limits() == false);
  CHECK(parse_rate("1/1m")->limits());
}

TEST_CASE("what is no rate") {
  for (const auto* text : {"", "20", "/10m", "20/", "0/10m", "-1/10m", "+1/10m", "20/10", "20/59s", "20/1441m", "20/2d",
                           "1000001/1m", "20/10m ", " 20/10m", "20x/10m", "none/10m", "99999999999/1m"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rate(text));
  }
}

TEST_CASE("a rate is written as it is read") {
  for (const auto* text : {"20/10m", "7/90m", "3/1d", "5/2h", "none"}) {
    CAPTURE(text);
    const auto rate = parse_rate(text);
    CHECK((rate ? to_string(*rate) : "") == text);
  }
  CHECK(to_string({3, 24h}) == "3/1d");
}
