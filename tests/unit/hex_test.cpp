#include "plugin/identity/hex.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace clientid;

TEST_CASE("every octet goes to hex and back") {
  for (unsigned octet = 0; octet < 256; ++octet) {
    const std::array<std::uint8_t, 1> one{static_cast<std::uint8_t>(octet)};
    const auto hex = encode_hex(one);
    CAPTURE(hex);
    CHECK(hex.size() == 2);
    CHECK(hex.find_first_not_of("0123456789abcdef") == std::string::npos);
    std::array<std::uint8_t, 1> back{};
    CHECK(decode_hex(hex, back));
    CHECK(back == one);
  }
}

TEST_CASE("the high digit stands first, octets in their order") {
  const std::array<std::uint8_t, 4> octets{0x01, 0x23, 0xab, 0xf0};
  CHECK(encode_hex(octets) == "0123abf0");
  std::array<std::uint8_t, 4> back{};
  CHECK(decode_hex("0123abf0", back));
  CHECK(back == octets);
}

TEST_CASE("nothing is nothing") {
  CHECK(encode_hex({}).empty());
  CHECK(decode_hex("", {}));
}

TEST_CASE("only the exact number of lower-case digits is taken") {
  std::array<std::uint8_t, 2> octets{};
  for (const auto* bad : {"", "0", "00", "000", "00000", "000000", "00FF", "0x00", "g000", "0g00", "00g0", "000g",
                          " 000", "000 ", "-000", "00\n0"}) {
    CAPTURE(std::string_view(bad));
    CHECK_FALSE(decode_hex(bad, octets));
  }
  CHECK_FALSE(decode_hex(std::string_view("000\0", 4), octets));
  CHECK(decode_hex("0000", octets));
}
