#include "shim/smtp/line_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace clientid;
using namespace std::literals;

namespace {

void put(LineReader& reader, std::string_view octets) {
  const auto room = reader.prepare(octets.size());
  REQUIRE(room.size() >= octets.size());
  std::copy(octets.begin(), octets.end(), room.begin());
  reader.commit(octets.size());
}

std::string_view name(LineStatus status) {
  switch (status) {
    case LineStatus::complete: return "complete";
    case LineStatus::incomplete: return "incomplete";
    case LineStatus::too_long: return "too long";
    case LineStatus::bad_octet: return "bad octet";
  }
  return {};
}

// The lines that come out, each in brackets, and how it ended.
std::string drain(LineReader& reader, std::size_t limit, LineStatus& status) {
  std::string lines;
  std::string_view line;
  while ((status = reader.next(line, limit)) == LineStatus::complete) lines += "[" + std::string(line) + "]";
  return lines;
}

// The same for octets that come in two or more blocks; bit i of `cuts` cuts behind octet i.
std::string read_in_blocks(std::string_view octets, unsigned long cuts, std::size_t limit = max_command_line) {
  LineReader reader;
  std::string lines;
  auto status = LineStatus::incomplete;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < octets.size() && status == LineStatus::incomplete; ++i) {
    if ((i >= 64 || (cuts >> i & 1U) == 0) && i + 1 != octets.size()) continue;
    put(reader, octets.substr(begin, i + 1 - begin));
    begin = i + 1;
    lines += drain(reader, limit, status);
  }
  return lines + std::string(name(status));
}

std::string read(std::string_view octets, std::size_t limit = max_command_line) {
  return read_in_blocks(octets, 0, limit);
}

}  // namespace

TEST_CASE("lines come without their CRLF") {
  CHECK(read("EHLO a\r\nQUIT\r\n") == "[EHLO a][QUIT]incomplete");
  CHECK(read("\r\n") == "[]incomplete");
  CHECK(read("NOOP") == "incomplete");
  CHECK(read("NOOP\r") == "incomplete");
  CHECK(read("NOOP\r\nQU") == "[NOOP]incomplete");
  CHECK(read("\xC3\xA4\x01\x7f\r\n") == "[\xC3\xA4\x01\x7f]incomplete");
}

TEST_CASE("threats: SMTP smuggling - every way to cut lines into blocks gives the same lines") {
  const auto octets = "A b\r\n\r\nC\r\nD"sv;
  for (unsigned long cuts = 0; cuts < 1UL << (octets.size() - 1); ++cuts) {
    CAPTURE(cuts);
    REQUIRE(read_in_blocks(octets, cuts) == "[A b][][C]incomplete");
  }
}

TEST_CASE("threats: SMTP smuggling - a bare CR, a bare LF or a NUL at every place, also over block borders") {
  const auto good = "A b\r\nC\r\n"s;
  for (const char octet : {'\r', '\n', '\0'}) {
    for (std::size_t place = 0; place < good.size(); ++place) {
      auto octets = good;
      octets.insert(place, 1, octet);
      // Behind the CR of a line that is whole then, the LF is the next line's fault.
      const auto before = octets.substr(0, place + 1).ends_with("\r\n") ? place + 1 : place;
      const auto whole = octets.substr(0, before).find("\r\n") != std::string::npos ? "[A b]"s : ""s;
      const auto second = octets.substr(0, before).ends_with("C\r\n") ? "[C]"s : ""s;
      for (unsigned long cuts = 0; cuts < 1UL << (octets.size() - 1); ++cuts) {
        CAPTURE(octets);
        CAPTURE(cuts);
        REQUIRE(read_in_blocks(octets, cuts) == whole + second + "bad octet");
      }
    }
  }
}

TEST_CASE("threats: NUL - a NUL is a fault wherever it stands, and at once") {
  CHECK(read("NOOP\0\n"sv) == "bad octet");
  CHECK(read("NOOP\0\r\n"sv) == "bad octet");
  CHECK(read("NOOP\0"sv) == "bad octet");
  CHECK(read("\0"sv) == "bad octet");
}

TEST_CASE("threats: SMTP smuggling - a CR is no fault before its LF may have come") {
  LineReader reader;
  std::string_view line;
  put(reader, "NOOP\r");
  CHECK(reader.next(line, max_command_line) == LineStatus::incomplete);
  SUBCASE("it comes") {
    put(reader, "\n");
    CHECK(reader.next(line, max_command_line) == LineStatus::complete);
    CHECK(line == "NOOP");
  }
  SUBCASE("it does not") {
    put(reader, "Q");
    CHECK(reader.next(line, max_command_line) == LineStatus::bad_octet);
  }
  SUBCASE("another CR comes") {
    put(reader, "\r\n");
    CHECK(reader.next(line, max_command_line) == LineStatus::bad_octet);
  }
}

TEST_CASE("threats: AUTH lines - the limit counts CRLF") {
  CHECK(max_command_line == 2048);
  CHECK(max_auth_line == 12288);
  for (const auto limit : {std::size_t{10}, max_command_line, max_auth_line}) {
    CAPTURE(limit);
    const std::string longest(limit - 2, 'x');
    CHECK(read(longest + "\r\n", limit) == "[" + longest + "]incomplete");
    CHECK(read(longest + "x\r\n", limit) == "too long");
    CHECK(read(longest + "xx", limit) == "too long");
    CHECK(read(longest + "x", limit) == "incomplete");
    CHECK(read(longest + "\r", limit) == "incomplete");
    CHECK(read("a\r\n" + longest + "\r\n", limit) == "[a][" + longest + "]incomplete");
  }
}

TEST_CASE("threats: AUTH lines - a limit may change from line to line") {
  LineReader reader;
  std::string_view line;
  put(reader, "AUTH\r\n" + std::string(100, 'x') + "\r\n");
  CHECK(reader.next(line, 10) == LineStatus::complete);
  CHECK(reader.next(line, 10) == LineStatus::too_long);
  CHECK(reader.next(line, 200) == LineStatus::complete);
  CHECK(line.size() == 100);
}

TEST_CASE("a fault is told within the limit, too long beyond it") {
  CHECK(read("abc\rdefgh", 6) == "bad octet");
  CHECK(read("abcdefgh\r\r\n", 6) == "too long");
}

TEST_CASE("what was not taken is there for who reads raw octets") {
  LineReader reader;
  std::string_view line;
  put(reader, "DATA\r\nSubject: x\r\n");
  CHECK(reader.pending() == "DATA\r\nSubject: x\r\n");
  CHECK(reader.next(line, max_command_line) == LineStatus::complete);
  CHECK(line == "DATA");
  CHECK(reader.pending() == "Subject: x\r\n");
  reader.take(9);
  CHECK(reader.pending() == "x\r\n");
  put(reader, "y");
  CHECK(reader.pending() == "x\r\ny");
  reader.take(4);
  CHECK(reader.pending().empty());
}

TEST_CASE("lines of many reads keep their octets") {
  LineReader reader;
  std::string_view line;
  for (int i = 0; i < 1000; ++i) {
    const auto text = "line " + std::to_string(i);
    put(reader, text + "\r\nhalf");
    REQUIRE(reader.next(line, max_command_line) == LineStatus::complete);
    REQUIRE(line == text);
    REQUIRE(reader.next(line, max_command_line) == LineStatus::incomplete);
    put(reader, "\r\n");
    REQUIRE(reader.next(line, max_command_line) == LineStatus::complete);
    REQUIRE(line == "half");
  }
}

TEST_CASE("threats: floods - a buffer does not grow with the lines that went through it") {
  LineReader reader;
  std::string_view line;
  const auto* memory = reader.prepare().data();
  for (int i = 0; i < 1000; ++i) {
    put(reader, std::string(1000, 'x') + "\r\n");
    REQUIRE(reader.next(line, max_command_line) == LineStatus::complete);
    REQUIRE(reader.prepare().data() == memory);
  }
}

TEST_CASE("there is always room for another read") {
  LineReader reader;
  for (int i = 0; i < 10; ++i) {
    put(reader, std::string(16 * 1024, 'x'));
    CHECK(reader.prepare().size() >= command_room);
    CHECK(reader.prepare(message_room).size() >= message_room);
  }
  CHECK(reader.pending().size() == 10 * 16 * 1024);
}

TEST_CASE("an idle connection holds no buffer, a busy one loses nothing") {
  LineReader reader;
  std::string_view line;
  reader.release_if_empty();
  put(reader, "NOOP\r\nQU");
  CHECK(reader.next(line, max_command_line) == LineStatus::complete);
  reader.release_if_empty();
  CHECK(reader.pending() == "QU");
  put(reader, "IT\r\n");
  CHECK(reader.next(line, max_command_line) == LineStatus::complete);
  CHECK(line == "QUIT");
  reader.release_if_empty();
  CHECK(reader.pending().data() == nullptr);
  put(reader, "RSET\r\n");
  CHECK(reader.next(line, max_command_line) == LineStatus::complete);
  CHECK(line == "RSET");
}
