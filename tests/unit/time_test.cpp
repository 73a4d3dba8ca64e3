#include "plugin/policy/time.hpp"

#include <doctest/doctest.h>

using namespace clientid;
using namespace std::chrono_literals;

namespace {

const Time start{1'700'000'000s};  // 2023-11-14T22:13:20Z

std::string time(std::string_view text) {
  const auto parsed = parse_time(text, start);
  return parsed ? format_time(*parsed) : "none";
}

long long seconds(std::string_view text) {
  const auto parsed = parse_duration(text);
  return parsed ? parsed->count() : -1;
}

}  // namespace

TEST_CASE("times are written as RFC 3339 has them, in UTC") {
  CHECK(format_time(start) == "2023-11-14T22:13:20Z");
  CHECK(format_time(Time{}) == "1970-01-01T00:00:00Z");
  CHECK(format_time(Time{951'827'696s}) == "2000-02-29T12:34:56Z");
}

TEST_CASE("times come back") {
  for (const auto* text : {"2023-11-14T22:13:20Z", "1970-01-01T00:00:00Z", "2000-02-29T12:34:56Z",
                           "2026-12-31T23:59:59Z", "9999-12-31T23:59:59Z"}) {
    CHECK(time(text) == text);
  }
}

TEST_CASE("a date is its first second") {
  CHECK(time("2026-12-31") == "2026-12-31T00:00:00Z");
  CHECK(time("2028-02-29") == "2028-02-29T00:00:00Z");
}

TEST_CASE("a day that does not exist is a typing error") {
  for (const auto* text : {"2026-02-29", "2026-02-30", "2026-04-31", "2026-13-01", "2026-00-01", "2026-01-00",
                           "2026-01-32", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z"}) {
    CAPTURE(std::string_view(text));
    CHECK(time(text) == "none");
  }
}

TEST_CASE("a second that does not exist is a typing error") {
  CHECK(time("2026-01-01T00:00:60Z") == "none");
  CHECK(time("2026-12-31T23:59:60Z") == "none");
  CHECK(time("2026-01-01T00:00:61Z") == "none");
}

TEST_CASE("what is before 1970 is a typing error") {
  for (const auto* text : {"1969-12-31T23:59:59Z", "0026-12-31", "0000-01-01T00:00:00Z"}) {
    CAPTURE(std::string_view(text));
    CHECK(time(text) == "none");
  }
  CHECK(time("1970-01-01") == "1970-01-01T00:00:00Z");
}

TEST_CASE("what is no time") {
  for (const auto* text :
       {"", "now", "2026", "2026-12", "2026-12-31T", "2026-12-31T23:59:59", "2026-12-31 23:59:59Z",
        "2026-12-31T23:59:59+01:00", "2026-12-31T23:59:59Zx", "2026-12-31x", "2026-12-31 ", "31.12.2026", "tomorrow"}) {
    CAPTURE(std::string_view(text));
    CHECK(time(text) == "none");
  }
}

TEST_CASE("every digit of RFC 3339 is written, and nothing else") {
  for (const auto* text :
       {"2026-1-5", "26-01-05", " 2026-01-05", "2026- 1- 5", "2026-01-05T1:2:3Z", "2026-01-05T 01:02:03Z"}) {
    CAPTURE(std::string_view(text));
    CHECK(time(text) == "none");
  }
}

TEST_CASE("threats: NUL - a time ends where its text ends") {
  CHECK(time(std::string_view("2026-12-31\0x", 12)) == "none");
  CHECK(time(std::string_view("2026-12-31x", 10)) == "2026-12-31T00:00:00Z");
}

TEST_CASE("durations have one unit") {
  CHECK(seconds("30s") == 30);
  CHECK(seconds("15m") == 900);
  CHECK(seconds("2h") == 7200);
  CHECK(seconds("90d") == 90 * 86400);
  CHECK(seconds("4w") == 4 * 7 * 86400);
  CHECK(seconds("0s") == 0);
}

TEST_CASE("what is no duration") {
  for (const auto* text : {"", "s", "30", "0", "-1d", "+1d", " 1d", "1d ", "1 d", "1.5d", "1d2h", "1y", "1D", "1ms",
                           "d1", "99999999999999999999s"}) {
    CAPTURE(std::string_view(text));
    CHECK(seconds(text) == -1);
  }
}

TEST_CASE("a duration beyond the calendar is a typing error") {
  CHECK(seconds("3660000d") == 3'660'000LL * 86400);
  CHECK(seconds("3660001d") == -1);
  CHECK(seconds("9223372036854775807w") == -1);
  CHECK(seconds("9223372036854775807s") == -1);
}

TEST_CASE("a duration counts from the start") {
  CHECK(time("0s") == "2023-11-14T22:13:20Z");
  CHECK(time("1d") == "2023-11-15T22:13:20Z");
  CHECK(time("1w") == "2023-11-21T22:13:20Z");
}

TEST_CASE("what a duration leads to can be written and read again") {
  for (const auto* text : {"1s", "5000w", "2500000d", "2920000d", "3660000d"}) {
    CAPTURE(std::string_view(text));
    const auto then = parse_time(text, start);
    if (!then) continue;  // refused, then: nothing to read again
    CHECK(parse_time(format_time(*then), start) == then);
  }
}

TEST_CASE("a duration ends within the calendar of four digits") {
  CHECK(time("251702300799s") == "9999-12-31T23:59:59Z");
  CHECK(time("251702300800s") == "none");
}

TEST_CASE("now is a whole second of this time") {
  const auto before = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto here = now();
  CHECK(here >= before);
  CHECK(here <= std::chrono::system_clock::now());
}

TEST_CASE("a duration is written in the largest unit that leaves no remainder") {
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(59s) == "59s");
  CHECK(format_duration(60s) == "1m");
  CHECK(format_duration(61s) == "61s");
  CHECK(format_duration(90min) == "90m");
  CHECK(format_duration(2h) == "2h");
  CHECK(format_duration(24h) == "1d");
  CHECK(format_duration(36h) == "36h");
  CHECK(format_duration(24h * 7) == "1w");
  CHECK(format_duration(24h * 8) == "8d");
  CHECK(format_duration(-90s) == "-90s");
}

TEST_CASE("a duration that was written is read as it was") {
  for (const auto duration : {0s, 1s, 90s, 3600s, 5400s, 86'400s, 86'401s, 604'800s, 691'200s}) {
    CHECK(parse_duration(format_duration(duration)) == duration);
  }
}
