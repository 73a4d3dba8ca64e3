#include "plugin/identity/identity.hpp"

#include <doctest/doctest.h>

using namespace clientid;

namespace {

const std::string type_characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";

// "type token", or "none".
std::string parsed(std::string_view parameters) {
  const auto identity = parse_identity(parameters);
  return identity ? identity->type + " " + std::string(identity->token.view()) : "none";
}

}  // namespace

TEST_CASE("D4.1 a type is made of ALPHA, DIGIT and dash") {
  for (int octet = 0; octet < 256; ++octet) {
    const char c = static_cast<char>(octet);
    const bool good = type_characters.find(c) != std::string::npos;
    CAPTURE(octet);
    CHECK(valid_type(std::string(1, c)) == good);
    CHECK(valid_type(std::string("a") + c) == good);
    CHECK(valid_type(c + std::string("a")) == good);
  }
}

TEST_CASE("D4.1 a type has 1 to 16 characters") {
  CHECK_FALSE(valid_type(""));
  CHECK(valid_type("a"));
  CHECK(valid_type(std::string(16, 'a')));
  CHECK_FALSE(valid_type(std::string(17, 'a')));
}

TEST_CASE("D4.1 a token is made of VCHAR") {
  for (int octet = 0; octet < 256; ++octet) {
    const char c = static_cast<char>(octet);
    const bool good = octet >= 0x21 && octet <= 0x7e;
    CAPTURE(octet);
    CHECK(valid_token(std::string(1, c)) == good);
    CHECK(valid_token(std::string("a") + c) == good);
    CHECK(valid_token(c + std::string("a")) == good);
  }
}

TEST_CASE("D4.1 a token has 1 to 128 characters") {
  CHECK_FALSE(valid_token(""));
  CHECK(valid_token("a"));
  CHECK(valid_token(std::string(128, 'a')));
  CHECK_FALSE(valid_token(std::string(129, 'a')));
}

TEST_CASE("D4.1 exactly one space between the parts, and nothing behind the token") {
  CHECK(parsed("UUID 23bf83be-aad7-46aa-9e0f-39191ccf402f") == "uuid 23bf83be-aad7-46aa-9e0f-39191ccf402f");
  for (const auto* malformed : {"", " ", "UUID", "UUID ", " UUID", " token", "UUID  token", "UUID token ",
                                "UUID to ken", " UUID token", "UUID\ttoken", "UUID token\t", "U_ID token"}) {
    CAPTURE(std::string_view(malformed));
    CHECK(parsed(malformed) == "none");
  }
}

TEST_CASE("D4.1 the longest parts stand together") {
  const std::string type(16, 'x');
  const std::string token(128, '~');
  CHECK(parsed(type + " " + token) == type + " " + token);
  CHECK(parsed(type + "x " + token) == "none");
  CHECK(parsed(type + " " + token + "~") == "none");
}

TEST_CASE("D4.2 the type is folded, the token is left octet by octet") {
  CHECK(parsed("UuId aBcD") == "uuid aBcD");
  CHECK(parsed("UUID ABCD") != parsed("UUID abcd"));
  CHECK(parsed("TLS-CERT 00FF") == parsed("tls-cert 00FF"));
}

TEST_CASE("lower case is that of ASCII") {
  CHECK(lower_case("ABCXYZ") == "abcxyz");
  CHECK(lower_case("@[`{09-az") == "@[`{09-az");
  CHECK(lower_case("\xC3\x84\xC4\xB0") == "\xC3\x84\xC4\xB0");
  CHECK(lower_case("").empty());
}
