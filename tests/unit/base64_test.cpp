#include "shim/smtp/base64.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace clientid;
using namespace std::literals;

namespace {

std::string encoded(std::string_view octets) {
  return std::string(encode_base64(octets).view());
}

std::string decoded(std::string_view text) {
  const auto octets = decode_base64(text);
  return octets ? std::string(octets->view()) : "none";
}

}  // namespace

TEST_CASE("RFC 4648 section 10") {
  for (const auto& [octets, text] : {std::pair{"", ""},
                                     {"f", "Zg=="},
                                     {"fo", "Zm8="},
                                     {"foo", "Zm9v"},
                                     {"foob", "Zm9vYg=="},
                                     {"fooba", "Zm9vYmE="},
                                     {"foobar", "Zm9vYmFy"}}) {
    CHECK(encoded(octets) == text);
    CHECK(decoded(text) == octets);
  }
}

TEST_CASE("threats: NUL and 8-bit in credentials - any octets are carried exactly") {
  std::string octets;
  for (int length = 0; length < 300; ++length) {
    CHECK(decoded(encoded(octets)) == octets);
    octets.push_back(static_cast<char>(length));
  }
  CHECK(encoded("\0alice\0secret"sv) == "AGFsaWNlAHNlY3JldA==");
  CHECK(decoded("AGFsaWNlAHNlY3JldA==") == "\0alice\0secret"s);
  CHECK(decoded("AAAA") == "\0\0\0"s);
  CHECK(decoded("+/+/") == "\xfb\xff\xbf");
}

TEST_CASE("threats: AUTH lines - the longest line") {
  const std::string octets(12288 / 4 * 3, '\xff');
  CHECK(encoded(octets) == std::string(12288, '/'));
  CHECK(decoded(std::string(12288, '/')) == octets);
}

TEST_CASE("threats: AUTH lines - nothing but the canonical spelling with its padding") {
  for (const auto text : {"Z"sv,        "Zg"sv,       "Zg="sv,      "Zg==="sv,        "Zm9"sv,
                          "Zm9vY"sv,    "="sv,        "=="sv,       "===="sv,         "A==="sv,
                          "Zg==Zg=="sv, "Z=g="sv,     "=Zg="sv,     "Zh=="sv,         "Zm9="sv,
                          " Zg=="sv,    "Zg== "sv,    "Zg==    "sv, "    Zg=="sv,     "Zm9v    "sv,
                          "    "sv,     "Zm 9"sv,     "Zm9v\r\n"sv, "Zm9v\r\n\r\n"sv, "Zm9v\n\n\n\n"sv,
                          "Zm-_"sv,     "Zm9v----"sv, "Zm9\0"sv,    "Zm9v\0\0\0\0"sv, "Zm9\xff"sv,
                          "*"sv,        "****"sv,     "Zm9,"sv,     "    ===="sv,     "--=="sv}) {
    CAPTURE(text);
    CHECK(decoded(text) == "none");
  }
}
