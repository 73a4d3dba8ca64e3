#include "plugin/store/octet_text.hpp"

#include <doctest/doctest.h>

#include "plugin/config/utf8.hpp"

using namespace clientid;

TEST_CASE("text stays as it is") {
  for (const auto* text :
       {"", "alice@example.com", "\t\x7f", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xF4\x8F\xAF\xBF"}) {
    CHECK(text_of_octets(text) == text);
    CHECK(octets_of_text(text) == text);
  }
}

TEST_CASE("any other octets become text, and come back") {
  for (const auto& octets : {std::string(1, '\0'), std::string("a\0b", 3), std::string("\xff"), std::string("\xc3"),
                             std::string("\xc3\xc3\xa4"), std::string("\xed\xa0\x80"), std::string("\xc0\x80"),
                             std::string("caf\xe9 \xC3\xA9")}) {
    const auto text = text_of_octets(octets);
    CHECK(valid_utf8(text));
    CHECK(text.find('\0') == std::string::npos);
    CHECK(octets_of_text(text) == octets);
  }
  for (unsigned octet = 0; octet < 256; ++octet) {
    const std::string alone(1, static_cast<char>(octet));
    CHECK(octets_of_text(text_of_octets(alone)) == alone);
  }
}

TEST_CASE("text that has such characters is not taken for what they stand for") {
  const std::string octet = text_of_octets("\xff");
  const auto text = text_of_octets(octet);
  CHECK(text != octet);
  CHECK(octets_of_text(text) == octet);
}
