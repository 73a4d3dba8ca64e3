#include "shim/smtp/dot_scanner.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace clientid;
using namespace std::literals;

namespace {

using Status = DotScanner::Status;

struct Scanned {
  Status status = Status::more;
  std::string passed;  // what may pass on, of all blocks
};

bool has_bare_cr_or_lf(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) return true;
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) return true;
  }
  return false;
}

// As a relay does it: what was left of a block stands before the next one. Bit i of `cuts` cuts behind octet i.
Scanned scan_in_blocks(std::string_view octets, unsigned long cuts) {
  DotScanner scanner;
  Scanned scanned;
  std::string block;
  for (std::size_t i = 0; i < octets.size() && scanned.status == Status::more; ++i) {
    block.push_back(octets[i]);
    if ((i >= 64 || (cuts >> i & 1U) == 0) && i + 1 != octets.size()) continue;
    const auto result = scanner.scan(block);
    REQUIRE(result.length <= block.size());
    scanned.status = result.status;
    scanned.passed += block.substr(0, result.length);
    block.erase(0, result.length);
  }
  return scanned;
}

Scanned scan(std::string_view octets) {
  return scan_in_blocks(octets, 0);
}

unsigned long ways_to_cut(std::string_view octets) {
  return 1UL << (octets.size() - 1);
}

// In every way to cut it, the octets are at fault, and nothing passes that somebody could take for a line end of his
// own.
void check_fault(const std::string& octets) {
  const auto most = ways_to_cut(octets);
  for (unsigned long cuts = 0; cuts < most; ++cuts) {
    CAPTURE(octets);
    CAPTURE(cuts);
    const auto scanned = scan_in_blocks(octets, cuts);
    REQUIRE(scanned.status == Status::bare_cr_or_lf);
    REQUIRE_FALSE(has_bare_cr_or_lf(scanned.passed));
    REQUIRE(octets.starts_with(scanned.passed));
  }
}

}  // namespace

TEST_CASE("a message ends with CRLF . CRLF") {
  CHECK(scan("text\r\n.\r\n").status == Status::end);
  CHECK(scan("text\r\n.\r\n").passed == "text\r\n.\r\n");
  CHECK(scan("text\r\n").status == Status::more);
  CHECK(scan("text\r\n").passed == "text\r\n");
  CHECK(scan("text\r\n.").status == Status::more);
  CHECK(scan("text\r\n.\r").status == Status::more);
}

TEST_CASE("an empty message is its end alone") {
  CHECK(scan(".\r\n").status == Status::end);
  CHECK(scan("\r\n.\r\n").status == Status::end);
  CHECK(scan("").status == Status::more);
}

TEST_CASE("no other dot ends it") {
  for (const auto* text : {"..\r\n", "a.\r\n", ".a\r\n", ". \r\n", " .\r\n", "a\r\n..\r\n", "a\r\n.a\r\n",
                           "a\r\n.\t\r\n", "...\r\n", "a.\r\n\r\n"}) {
    CAPTURE(std::string_view(text));
    for (unsigned long cuts = 0; cuts < ways_to_cut(text); ++cuts) {
      const auto scanned = scan_in_blocks(text, cuts);
      REQUIRE(scanned.status == Status::more);
      REQUIRE(scanned.passed == text);
    }
  }
}

TEST_CASE("what stands behind the end is left") {
  CHECK(scan("a\r\n.\r\nQUIT\r\n").passed == "a\r\n.\r\n");
  CHECK(scan(".\r\n.\r\n").passed == ".\r\n");
  CHECK(scan(".\r\n\n").status == Status::end);
}

TEST_CASE("every way to cut a message into blocks gives the same end") {
  for (const auto& [message, behind] : {std::pair{"a\r\n.b\r\n.\r\n"sv, "QUIT"sv},
                                        {".\r\n"sv, "MAIL"sv},
                                        {"..\r\n\r\n.\r\n"sv, "\r\n"sv},
                                        {"\r\n.\r\n"sv, ".\r\n"sv},
                                        {"a.\r\nb\r\n.\r\n"sv, ""sv},
                                        {"\0\xff\r\n.\r\n"sv, "."sv}}) {
    const auto octets = std::string(message) + std::string(behind);
    for (unsigned long cuts = 0; cuts < ways_to_cut(octets); ++cuts) {
      CAPTURE(octets);
      CAPTURE(cuts);
      const auto scanned = scan_in_blocks(octets, cuts);
      REQUIRE(scanned.status == Status::end);
      REQUIRE(scanned.passed == message);
    }
  }
}

TEST_CASE("threats: SMTP smuggling - a bare CR or LF at every place, also over block borders") {
  for (const auto& good : {"a\r\nb\r\n.\r\n"s, "\r\n.b\r\n.\r\n"s}) {
    for (const char octet : {'\r', '\n'}) {
      for (std::size_t place = 0; place + 1 < good.size(); ++place) {
        auto octets = good;
        octets.insert(place, 1, octet);
        check_fault(octets);
      }
    }
  }
}

TEST_CASE("threats: SMTP smuggling - two of them at every two places") {
  const auto good = "ab\r\n.\r\n"s;
  for (const char first : {'\r', '\n'}) {
    for (const char second : {'\r', '\n'}) {
      for (int place = 0; place <= 1; ++place) {
        for (int other = place + 1; other <= 2; ++other) {
          auto octets = good;
          octets.insert(octets.begin() + other, second);
          octets.insert(octets.begin() + place, first);
          check_fault(octets);
        }
      }
    }
  }
}

TEST_CASE("threats: SMTP smuggling - ends of other servers (CVE-2023-51764, -51765, -51766)") {
  for (const auto* end :
       {"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\r\n.\r\r\n", "\n\n.\r\n", "\r\n\n.\r\n"}) {
    const auto octets = "a"s + end + "MAIL";
    check_fault(octets);
  }
  for (const auto* begin : {"\n", "\n.\r\n", ".\n", ".\r.", "\r", "\r.\r\n", ".\n.\r\n", "\n\r\n"}) {
    check_fault(begin + "MAIL"s);
  }
}

TEST_CASE("threats: SMTP smuggling - the octets before a fault pass, and no bare CR does") {
  CHECK(scan("ab\ncd").passed == "ab");
  CHECK(scan("ab\rcd").passed == "ab");
  CHECK(scan("ab\r\ncd\r\r\n").passed == "ab\r\ncd");
  CHECK(scan("ab\r").passed == "ab");
  CHECK(scan("ab\r").status == Status::more);
  CHECK(scan("\r").passed.empty());
}

TEST_CASE("dots at the front of a line are counted, the one of the end too") {
  CHECK(DotScanner().scan("a.b\r\n").dots == 0);
  CHECK(DotScanner().scan("..a\r\n...\r\nb.\r\n.\r\n.\r\n").dots == 3);
  DotScanner scanner;
  CHECK(scanner.scan("a\r\n").dots == 0);
  CHECK(scanner.scan(".").dots == 1);
  CHECK(scanner.scan(".").dots == 0);
  CHECK(scanner.scan("\r\n.\r").dots == 1);
  CHECK(scanner.scan("\r\n").dots == 0);
}

TEST_CASE("a scanner is good for one message, a new one for the next") {
  DotScanner first;
  CHECK(first.scan("a\r\n.").status == Status::more);
  DotScanner second;
  CHECK(second.scan("\r\n").status == Status::more);
}

TEST_CASE("a block without any line end passes whole") {
  DotScanner scanner;
  const std::string block(100'000, 'x');
  CHECK(scanner.scan(block).length == block.size());
  CHECK(scanner.scan(".\r\n").status == Status::more);
  CHECK(scanner.scan(".\r\n").status == Status::end);
}
