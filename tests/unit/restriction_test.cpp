#include "plugin/policy/restriction.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace clientid;
using namespace std::chrono_literals;

TEST_CASE("D6.4 whom a restriction meets goes to its name and back") {
  using enum Restricted;
  std::set<std::string_view> names;
  for (const auto kind : {everybody, account, device, network}) {
    CHECK(parse_restricted(name(kind)) == kind);
    names.insert(name(kind));
  }
  CHECK(names == std::set<std::string_view>{"everybody", "account", "device", "network"});
  for (const auto* other : {"", "Account", "account ", "address", "block"}) CHECK_FALSE(parse_restricted(other));
}

TEST_CASE("U6.2.1 U6.2.2 what it does goes to its name and back") {
  using enum Effect;
  std::set<std::string_view> names;
  for (const auto effect : {block, valid_only, known_only}) {
    CHECK(parse_effect(name(effect)) == effect);
    names.insert(name(effect));
  }
  CHECK(names == std::set<std::string_view>{"block", "valid-only", "known-only"});
  for (const auto* other : {"", "Block", "valid_only", "device"}) CHECK_FALSE(parse_effect(other));
}

TEST_CASE("D6.4 the end of a restriction, or none") {
  Restriction restriction;
  CHECK(end_of(restriction) == "until it is lifted");
  restriction.until = Time(1'700'000'000s);
  CHECK(end_of(restriction) == "until 2023-11-14T22:13:20Z");
}
