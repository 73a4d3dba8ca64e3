#include "shim/net/monitor_address.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shim/net/listen_address.hpp"

using namespace clientid;

TEST_CASE("the monitor is for this machine alone, unless more is said") {
  for (const auto* text : {"127.0.0.1:9587", "127.9.9.9:1", "[::1]:65535"}) {
    CAPTURE(text);
    const auto address = MonitorAddress::parse(text);
    REQUIRE(address);
    CHECK(to_text(address->endpoint) == text);
  }
  for (const auto* text : {"0.0.0.0:9587", "192.0.2.1:9587", "[::]:9587", "[2001:db8::1]:9587"}) {
    CAPTURE(text);
    CHECK_FALSE(MonitorAddress::parse(text));
    const auto address = MonitorAddress::parse(std::string(text) + " public");
    REQUIRE(address);
    CHECK(to_text(address->endpoint) == text);
  }
}

TEST_CASE("what is no address of the monitor") {
  for (const auto* text : {"", "9587", ":9587", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
                           "localhost:9587", "127.0.0.1:9587 private", "127.0.0.1:9587  public", "public"}) {
    CAPTURE(text);
    CHECK_FALSE(MonitorAddress::parse(text));
  }
}
