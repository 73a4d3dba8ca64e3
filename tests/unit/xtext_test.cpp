#include "shim/smtp/xtext.hpp"

#include <doctest/doctest.h>

using namespace clientid;

TEST_CASE("threats: XCLIENT injection - every octet that could end a word or begin another is written in digits") {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (int octet = 0; octet < 256; ++octet) {
    const char c = static_cast<char>(octet);
    const auto text = encode_xtext(std::string(1, c));
    CAPTURE(octet);
    if (octet >= '!' && octet <= '~' && c != '+' && c != '=') {
      CHECK(text == std::string(1, c));
    } else {
      CHECK(text == std::string{'+', digits[static_cast<std::size_t>(octet / 16)],
                                digits[static_cast<std::size_t>(octet % 16)]});
    }
  }
}

TEST_CASE("xtext of words") {
  CHECK(encode_xtext("").empty());
  CHECK(encode_xtext("alice@example.com") == "alice@example.com");
  CHECK(encode_xtext("a b+c=d\r\nLOGIN=bob") == "a+20b+2Bc+3Dd+0D+0ALOGIN+3Dbob");
  CHECK(encode_xtext("\xC3\xA4") == "+C3+A4");
  CHECK(encode_xtext(std::string("\0", 1)) == "+00");
}
