#include "shim/smtp/message_parameters.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace clientid;
using namespace std::literals;

namespace {

std::string chunk(std::string_view parameters) {
  const auto parsed = parse_chunk(parameters);
  if (!parsed) return "none";
  return std::to_string(parsed->octets) + (parsed->last ? " last" : "");
}

}  // namespace

TEST_CASE("RFC 1870: the size that MAIL declares") {
  CHECK(declared_size("FROM:<alice@example.com> SIZE=1000") == 1000);
  CHECK(declared_size("FROM:<alice@example.com> size=1000") == 1000);
  CHECK(declared_size("FROM:<> BODY=8BITMIME SIZE=1000 RET=HDRS") == 1000);
  CHECK(declared_size("FROM:<a> SIZE=0") == 0);
  CHECK(declared_size("FROM:<a> SIZE=00000000000000001000") == 1000);
  CHECK(declared_size("FROM:alice@example.com SIZE=1000") == 1000);
}

TEST_CASE("no size is declared, or none that is a number") {
  for (const auto* parameters :
       {"", "FROM:<a>", "FROM:<a> SIZE", "FROM:<a> SIZE=", "FROM:<a> SIZE=1k", "FROM:<a> SIZE=-1", "FROM:<a> SIZE=+1",
        "FROM:<a> SIZE=0x10", "FROM:<a> XSIZE=10", "FROM:<a> SIZE= 10", "FROM:<a>SIZE10"}) {
    CAPTURE(std::string_view(parameters));
    CHECK_FALSE(declared_size(parameters));
  }
}

TEST_CASE("a size that is more than we can count is more than any limit") {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  CHECK(declared_size("FROM:<a> SIZE=18446744073709551615") == most);
  CHECK(declared_size("FROM:<a> SIZE=18446744073709551616") == most);
  CHECK(declared_size("FROM:<a> SIZE=" + std::string(100, '9')) == most);
}

TEST_CASE("the size is looked for behind the path, which may look like anything") {
  CHECK(declared_size("FROM:<\"a> SIZE=5\"@example.com> SIZE=1000") == 1000);
  CHECK(declared_size("FROM:<\"a\\\"> SIZE=5\"@example.com> SIZE=1000") == 1000);
  CHECK_FALSE(declared_size("FROM:<\"a> SIZE=5\"@example.com>"));
  CHECK(declared_size("FROM:<a> SIZE=1000 AUTH=<>") == 1000);
  CHECK(declared_size("FROM:<a> AUTH=<> SIZE=1000") == 1000);
}

TEST_CASE("RFC 3030: the parameters of BDAT") {
  CHECK(chunk("0") == "0");
  CHECK(chunk("1000") == "1000");
  CHECK(chunk("1000 LAST") == "1000 last");
  CHECK(chunk("0 last") == "0 last");
  CHECK(chunk("007") == "7");
}

TEST_CASE("threats: BDAT - what is no number, or more than that and LAST, is none") {
  for (const auto* parameters : {"", " ", "LAST", "x", "-1", "+1", "0x10", "1.5", "5 ", "5 MORE", "5  LAST", "5 LAST ",
                                 "5 LAST LAST", " 5", "5\tLAST", "5LAST"}) {
    CAPTURE(std::string_view(parameters));
    CHECK(chunk(parameters) == "none");
  }
}

// Exim reads 32 bits of the number: it would take 4294967301 for 5, and the rest of the chunk for commands.
TEST_CASE("threats: BDAT - no back end may read another number than we do") {
  CHECK(chunk("2147483647") == "2147483647");
  for (const auto* parameters : {"2147483648", "4294967301", "4294967301 LAST", "9223372036854775813",
                                 "18446744073709551621", "00000000000005", "99999999999999999999999999"}) {
    CAPTURE(std::string_view(parameters));
    CHECK(chunk(parameters) == "none");
  }
}

TEST_CASE("RFC 4468: LAST is the last word of BURL") {
  CHECK(ends_in_last("imap://example.com/x;urlauth=anonymous LAST"));
  CHECK(ends_in_last("imap://example.com/x last"));
  CHECK_FALSE(ends_in_last("imap://example.com/LAST"));
  CHECK_FALSE(ends_in_last("imap://example.com/x LAST "));
  CHECK_FALSE(ends_in_last(""));
}
