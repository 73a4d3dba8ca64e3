#include "shim/smtp/plain_message.hpp"

#include <doctest/doctest.h>

using namespace clientid;
using namespace std::literals;

TEST_CASE("RFC 4616: the three parts of a PLAIN message") {
  const auto parts = split_plain_message("bob\0alice\0secret"sv);
  REQUIRE(parts);
  CHECK(parts->authorization == "bob");
  CHECK(parts->user == "alice");
  CHECK(parts->password == "secret");
  CHECK(split_plain_message("\0alice\0secret"sv)->authorization.empty());
}

TEST_CASE("RFC 4616: a PLAIN message of its parts") {
  CHECK(plain_message({"bob", "alice", "secret"}).view() == "bob\0alice\0secret"sv);
  CHECK(plain_message({{}, "alice", "secret"}).view() == "\0alice\0secret"sv);
}

TEST_CASE("threats: NUL in credentials - what has not two NULs is no PLAIN message, nor is what has an empty part") {
  for (const auto message : {""sv, "\0"sv, "\0\0"sv, "alice"sv, "alice\0secret"sv, "\0alice\0sec\0ret"sv,
                             "\0\0secret"sv, "\0alice\0"sv, "bob\0\0"sv}) {
    CHECK_FALSE(split_plain_message(message));
  }
}
