#include "plugin/identity/fingerprint.hpp"

#include <doctest/doctest.h>

using namespace clientid;

namespace {

const std::string digits = "00112233445566778899aabbccddeeff0f1e2d3c4b5a69788796a5b4c3d2e1f0";

}  // namespace

TEST_CASE("a fingerprint comes back from its hexadecimal form") {
  const auto fingerprint = Fingerprint::from_hex(digits);
  REQUIRE(fingerprint);
  CHECK(fingerprint->hex() == digits);
  std::array<std::uint8_t, Fingerprint::size> octets{};
  octets.back() = 1;
  CHECK(Fingerprint(octets).hex() == std::string(63, '0') + "1");
}

TEST_CASE("D9.1 people see its first 16 digits") {
  CHECK(Fingerprint::from_hex(digits)->short_form() == "0011223344556677");
}

TEST_CASE("nothing but 64 lower-case digits is a fingerprint") {
  CHECK_FALSE(Fingerprint::from_hex(""));
  CHECK_FALSE(Fingerprint::from_hex(digits.substr(0, 16)));
  CHECK_FALSE(Fingerprint::from_hex(digits.substr(1)));
  CHECK_FALSE(Fingerprint::from_hex(digits + "0"));
  CHECK_FALSE(Fingerprint::from_hex(digits + "00"));
  CHECK_FALSE(Fingerprint::from_hex("g" + digits.substr(1)));
  CHECK_FALSE(Fingerprint::from_hex("A" + digits.substr(1)));
}

TEST_CASE("fingerprints are equal in every octet or not at all") {
  const auto one = *Fingerprint::from_hex(digits);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    auto other = digits;
    other[i] = other[i] == '0' ? '1' : '0';
    CHECK(*Fingerprint::from_hex(other) != one);
  }
  CHECK(*Fingerprint::from_hex(digits) == one);
  CHECK(*Fingerprint::from_hex(std::string(64, '0')) < one);
}
