#include "plugin/policy/account.hpp"

#include <doctest/doctest.h>

using namespace clientid;

namespace {

const AccountRules folding{"example.com", true};
const AccountRules keeping{"example.com", false};

std::string canonical(std::string_view name, const AccountRules& rules = folding) {
  return canonical_account(name, rules).value_or("none");
}

}  // namespace

TEST_CASE("threats: aliases - every spelling reaches one account") {
  for (const auto* name : {"alice", "Alice", "ALICE", " alice ", "\talice\r\n", "alice@example.com",
                           "Alice@Example.COM", " alice@example.com\v\f"}) {
    CAPTURE(std::string_view(name));
    CHECK(canonical(name) == "alice@example.com");
  }
}

TEST_CASE("threats: aliases - where case is kept, only realm and blanks are seen to") {
  CHECK(canonical(" Alice ", keeping) == "Alice@example.com");
  CHECK(canonical("Alice@Example.com", keeping) == "Alice@Example.com");
  CHECK(canonical("alice", keeping) == "alice@example.com");
}

TEST_CASE("threats: aliases - a default realm is folded as well") {
  CHECK(canonical("alice", {"EXAMPLE.com", true}) == "alice@example.com");
}

TEST_CASE("threats: aliases - what has other forms that look equal is refused") {
  for (const auto* name : {"al\xC3\xAD"
                           "ce",
                           "ali\xCC\x81"
                           "ce",
                           "\xEF\xBD\x81lice", "alice\xC2\xA0", "alice@ex\xC3\xA4mple"}) {
    CAPTURE(std::string_view(name));
    CHECK(canonical(name) == "none");
  }
}

TEST_CASE("threats: NUL and 8-bit in credentials - only printable ASCII without a blank is an account") {
  for (int octet = 0; octet < 256; ++octet) {
    const bool good = octet > 0x20 && octet < 0x7f;
    CAPTURE(octet);
    CHECK(canonical_account(std::string("al") + static_cast<char>(octet) + "ice", folding).has_value() == good);
    CHECK(canonical_account(std::string("alice@exa") + static_cast<char>(octet) + "mple", folding).has_value() == good);
  }
  CHECK(canonical(std::string_view("\0alice", 6)) == "none");
  CHECK(canonical(std::string_view("alice\0", 6)) == "none");
}

TEST_CASE("user and realm are not empty") {
  for (const auto* name : {"", " ", "@", "@example.com", "alice@", " @example.com", "alice@ ", "bob@alice@"}) {
    CAPTURE(std::string_view(name));
    CHECK(canonical(name) == "none");
  }
  CHECK(canonical("alice", {"", true}) == "none");
  CHECK(canonical("a") == "a@example.com");
  CHECK(canonical("a@b") == "a@b");
}

TEST_CASE("an account has 255 octets at most, its realm included") {
  const std::string realm = "@example.com";
  const std::string longest(255 - realm.size(), 'a');
  CHECK(canonical(longest) == longest + realm);
  CHECK(canonical(longest + "a") == "none");
  CHECK(canonical(longest + realm) == longest + realm);
  CHECK(canonical(longest + "a" + realm) == "none");
  CHECK(canonical("  " + longest + realm + "  ") == longest + realm);
}

TEST_CASE("nobody signs in as the account of licences") {
  CHECK(canonical("*") == "*@example.com");
  CHECK(canonical("*") != any_account);
}

TEST_CASE("the domain stands behind the last @") {
  CHECK(domain_of("alice@example.com") == "example.com");
  CHECK(domain_of("alice@one@example.com") == "example.com");
}
