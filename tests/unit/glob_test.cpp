#include "plugin/policy/glob.hpp"

#include <doctest/doctest.h>

using namespace clientid;

TEST_CASE("without wildcards a glob is the word itself") {
  CHECK(matches_glob("uuid", "uuid"));
  CHECK_FALSE(matches_glob("uuid", "uui"));
  CHECK_FALSE(matches_glob("uuid", "uuid2"));
  CHECK_FALSE(matches_glob("uuid", "xuid"));
  CHECK_FALSE(matches_glob("uuid", ""));
  CHECK(matches_glob("", ""));
  CHECK_FALSE(matches_glob("", "uuid"));
}

TEST_CASE("? is one character") {
  CHECK(matches_glob("u?id", "uuid"));
  CHECK(matches_glob("????", "uuid"));
  CHECK_FALSE(matches_glob("???", "uuid"));
  CHECK_FALSE(matches_glob("?????", "uuid"));
  CHECK_FALSE(matches_glob("?", ""));
}

TEST_CASE("* is any number of characters, none too") {
  CHECK(matches_glob("*", ""));
  CHECK(matches_glob("*", "uuid"));
  CHECK(matches_glob("tls-*", "tls-cert"));
  CHECK(matches_glob("tls-*", "tls-"));
  CHECK_FALSE(matches_glob("tls-*", "tls"));
  CHECK(matches_glob("*uuid", "uuid"));
  CHECK(matches_glob("*uuid", "tbird-uuid"));
  CHECK_FALSE(matches_glob("*uuid", "tbird-uuid2"));
  CHECK(matches_glob("*u*d*", "tbird-uuid"));
  CHECK_FALSE(matches_glob("*z*", "tbird-uuid"));
  CHECK(matches_glob("**", "uuid"));
  CHECK(matches_glob("*?", "u"));
  CHECK_FALSE(matches_glob("*?", ""));
}

TEST_CASE("a star that took too little takes more") {
  CHECK(matches_glob("*ab", "aab"));
  CHECK(matches_glob("a*bc", "abbc"));
  CHECK(matches_glob("*-*-c", "a-b-c-c"));
}

TEST_CASE("nothing else is special") {
  CHECK_FALSE(matches_glob("[u]uid", "uuid"));
  CHECK_FALSE(matches_glob("u.id", "uuid"));
  CHECK_FALSE(matches_glob("\\*", "uuid"));
  CHECK_FALSE(matches_glob("uuid", "*"));
}
