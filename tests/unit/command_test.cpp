#include "shim/smtp/command.hpp"

#include <doctest/doctest.h>

using namespace clientid;

namespace {

std::string parsed(std::string_view line) {
  const auto command = parse_command(line);
  return "[" + command.verb + "][" + std::string(command.parameters) + "]";
}

}  // namespace

TEST_CASE("a verb in any case, and what stands behind its one space") {
  CHECK(parsed("NOOP") == "[NOOP][]");
  CHECK(parsed("clientId UUID Token") == "[CLIENTID][UUID Token]");
  CHECK(parsed("MAIL FROM:<a@b> SIZE=1") == "[MAIL][FROM:<a@b> SIZE=1]");
}

TEST_CASE("D4.1 no other blank parts them, and none is taken away") {
  CHECK(parsed("CLIENTID  UUID token ") == "[CLIENTID][ UUID token ]");
  CHECK(parsed("CLIENTID ") == "[CLIENTID][]");
  CHECK(parsed(" NOOP") == "[][NOOP]");
  CHECK(parsed("NOOP\tx") == "[NOOP\tX][]");
  CHECK(parsed("") == "[][]");
}

TEST_CASE("only ASCII has a case, and NUL is an octet like any other") {
  CHECK(parsed("noop\xC3\xA4") == "[NOOP\xC3\xA4][]");
  CHECK(parsed(std::string_view("a\0b c\0d", 7)) == std::string("[A\0B][c\0d]", 10));
}
