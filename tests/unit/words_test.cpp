#include "plugin/config/words.hpp"

#include <doctest/doctest.h>

using namespace clientid;

TEST_CASE("words stand between separators") {
  CHECK(split_words("/a::/b:", ":") == std::vector<std::string>{"/a", "/b"});
  CHECK(split_words(" \t").empty());
}

TEST_CASE("white space around a text is none of it") {
  CHECK(trimmed("\t two words \r\n") == "two words");
  CHECK(trimmed(" \v\f").empty());
  CHECK(trimmed(" a\n ", " ") == "a\n");
}
