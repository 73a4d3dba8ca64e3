#include "shim/smtp/content.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace clientid;
using namespace std::literals;

using Status = DotScanner::Status;

TEST_CASE("behind DATA the content goes up to its dot") {
  auto content = Content::dotted();
  CHECK(content.is_dotted());
  const auto first = content.scan("a\r\n.");
  CHECK(first.status == Status::more);
  CHECK(first.length == 4);
  const auto second = content.scan("\r\nQUIT\r\n");
  CHECK(second.status == Status::end);
  CHECK(second.length == 2);
  CHECK(Content::dotted().scan("a\nb").status == Status::bare_cr_or_lf);
}

TEST_CASE("threats: BDAT - behind BDAT it is so many octets, whatever they are") {
  auto content = Content::counted(9);
  CHECK_FALSE(content.is_dotted());
  const auto first = content.scan("\n.\r\n.\r");
  CHECK(first.status == Status::more);
  CHECK(first.length == 6);
  CHECK(first.dots == 0);
  const auto second = content.scan("\n\0.QUIT"sv);
  CHECK(second.status == Status::end);
  CHECK(second.length == 3);
}

TEST_CASE("threats: BDAT - no octets are over at once") {
  auto content = Content::counted(0);
  for (const auto* block : {"", "QUIT\r\n"}) {
    const auto result = content.scan(block);
    CHECK(result.status == Status::end);
    CHECK(result.length == 0);
  }
}

TEST_CASE("more octets than any block holds") {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  auto content = Content::counted(most);
  const auto result = content.scan("abc");
  CHECK(result.status == Status::more);
  CHECK(result.length == 3);
}
