#include "shim/net/connection_limits.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace clientid;

TEST_CASE("threats: slow and half-open - no more connections in all than the cap") {
  ConnectionLimits limits(2, 100);
  CHECK(limits.enter());
  CHECK(limits.enter());
  CHECK_FALSE(limits.enter());
  CHECK(limits.now() == 2);
  limits.leave();
  CHECK(limits.enter());
}

TEST_CASE("threats: slow and half-open - nor of one address, and other addresses do not feel it") {
  ConnectionLimits limits(100, 2);
  const auto one = limits.enter("192.0.2.7");
  auto two = limits.enter("192.0.2.7");
  CHECK(one);
  CHECK(two);
  CHECK_FALSE(limits.enter("192.0.2.7"));
  CHECK(limits.enter("192.0.2.8"));
  two.reset();
  CHECK(limits.enter("192.0.2.7"));
}

TEST_CASE("a /64 of IPv6 counts as one") {
  ConnectionLimits limits(100, 1);
  const auto one = limits.enter("2001:db8::1");
  CHECK(one);
  CHECK_FALSE(limits.enter("2001:db8::ffff:2"));
  CHECK(limits.enter("2001:db8:0:1::1"));
}

TEST_CASE("a connection without an address is counted with no other") {
  ConnectionLimits limits(100, 1);
  const auto one = limits.enter("");
  CHECK(one);
  CHECK(limits.enter(""));
}

TEST_CASE("threads that come and go at once lose no place") {
  ConnectionLimits limits(1000, 8);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&limits] {
      for (int round = 0; round < 1000; ++round) {
        const auto place = limits.enter("192.0.2.7");
        CHECK(place);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::vector<std::unique_ptr<KeyedCount::Place>> places;
  for (int i = 0; i < 8; ++i) places.push_back(limits.enter("192.0.2.7"));
  CHECK(places.back());
  CHECK_FALSE(limits.enter("192.0.2.7"));
}
