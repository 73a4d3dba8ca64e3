#include "shim/smtp/scram_message.hpp"

#include <doctest/doctest.h>

using namespace clientid;

namespace {

std::string names(std::string_view message) {
  const auto first = parse_scram_first(message);
  return first ? first->user + " for '" + first->authorization + "'" : "none";
}

}  // namespace

TEST_CASE("whom the first message of SCRAM names") {
  CHECK(names("n,,n=alice,r=abc") == "alice for ''");
  CHECK(names("y,,n=alice,r=abc,ext=1") == "alice for ''");
  CHECK(names("p=tls-exporter,a=bob,n=alice,r=abc") == "alice for 'bob'");
  CHECK(names("n,a=b=2Cb,n=al=3Dice=2C,r=abc") == "al=ice, for 'b,b'");
}

TEST_CASE("what is no first message of SCRAM names nobody") {
  for (const auto* message : {"", "n", "n,,", "n,,n=,r=abc", "n,,n=alice", "n,,n=alice,", "x,,n=alice,r=abc",
                              "n,bob,n=alice,r=abc", "n,,m=x,n=alice,r=abc", "n,,n=al=ice,r=abc", "n,,n=alice=2,r=abc",
                              "n,a==,n=alice,r=abc", "n,,a=alice,r=abc", "n=alice,r=abc"}) {
    CAPTURE(message);
    CHECK(names(message) == "none");
  }
}
