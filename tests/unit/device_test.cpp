#include "plugin/policy/device.hpp"

#include <doctest/doctest.h>

#include "tests/unit/keys.hpp"

using namespace clientid;

TEST_CASE("with one key a device has one fingerprint") {
  const auto device = device_with("1");
  CHECK(device.type == "uuid");
  CHECK(device.token->view() == "token");
  CHECK(device.key_id == "1");
  CHECK(device.others.empty());
  CHECK(fingerprints_of(device) == std::vector{made_under("1").hex()});
  CHECK(other_fingerprints_of(device).empty());
}

TEST_CASE("X8 a device is known under every key, and which of them are older") {
  const auto device = device_with("9 10 8");
  CHECK(device.fingerprint == made_under("9"));
  CHECK(device.key_id == "9");
  REQUIRE(device.others.size() == 2);
  CHECK(device.others[0].fingerprint == made_under("10"));
  CHECK(device.others[0].key_id == "10");
  CHECK_FALSE(device.others[0].older);
  CHECK(device.others[1].fingerprint == made_under("8"));
  CHECK(device.others[1].key_id == "8");
  CHECK(device.others[1].older);
  CHECK(fingerprints_of(device) == std::vector{made_under("9").hex(), made_under("10").hex(), made_under("8").hex()});
  CHECK(other_fingerprints_of(device) == std::vector{made_under("10").hex(), made_under("8").hex()});
}

TEST_CASE("X8 what seems random stays the same while another key becomes current") {
  const Identity name{"salt 0", Secret("alice")};
  const auto before = keys("1").lasting_fingerprint(name);
  CHECK(keys("1 2").lasting_fingerprint(name) == before);
  CHECK(keys("2 1").lasting_fingerprint(name) == before);
  CHECK(keys("3 2 1").lasting_fingerprint(name) == before);
  CHECK(keys("2").lasting_fingerprint(name) != before);
}
