#include "shim/smtp/backend_reply.hpp"

#include <doctest/doctest.h>

using namespace clientid;

namespace {

using Status = BackendReplyParser::Status;

}  // namespace

TEST_CASE("a reply of one line") {
  BackendReplyParser parser;
  CHECK(parser.on_line("250 2.1.0 OK") == Status::complete);
  const auto reply = parser.take();
  CHECK(reply.code == 250);
  CHECK(reply.lines == std::vector<std::string>{"250 2.1.0 OK"});
  CHECK(reply.text() == "250 2.1.0 OK\r\n");
}

TEST_CASE("a reply of many lines") {
  BackendReplyParser parser;
  CHECK(parser.on_line("250-mail.example.com") == Status::more);
  CHECK(parser.on_line("250-") == Status::more);
  CHECK(parser.on_line("250 SIZE") == Status::complete);
  CHECK(parser.take().text() == "250-mail.example.com\r\n250-\r\n250 SIZE\r\n");
}

TEST_CASE("a reply without text") {
  BackendReplyParser parser;
  CHECK(parser.on_line("354") == Status::complete);
  CHECK(parser.take().code == 354);
  CHECK(parser.on_line("250 ") == Status::complete);
  CHECK(parser.take().text() == "250 \r\n");
}

TEST_CASE("a reply that was taken leaves nothing to the next") {
  BackendReplyParser parser;
  CHECK(parser.on_line("250-a") == Status::more);
  CHECK(parser.on_line("250 b") == Status::complete);
  parser.take();
  CHECK(parser.on_line("550 no") == Status::complete);
  CHECK(parser.take().text() == "550 no\r\n");
}

TEST_CASE("positive is 2xx alone") {
  for (const auto& [line, positive] :
       {std::pair{"200", true}, {"299", true}, {"300", false}, {"354", false}, {"421", false}, {"550", false}}) {
    BackendReplyParser parser;
    CHECK(parser.on_line(line) == Status::complete);
    CHECK(parser.take().positive() == positive);
  }
  CHECK_FALSE(BackendReply().positive());
}

TEST_CASE("threats: response injection - what is no reply is malformed") {
  for (const auto* line : {"",        "2",      "25",      "25 OK",  "150 OK", "600 OK", "050 OK",
                           "2a0 OK",  "25a OK", "2:0 OK",  "20/ OK", "2/0 OK", "25: OK", " 250 OK",
                           "2500 OK", "250OK",  "250\tOK", "250_",   "-250",   "OK",     "HTTP/1.1 200 OK"}) {
    CAPTURE(std::string_view(line));
    BackendReplyParser parser;
    CHECK(parser.on_line(line) == Status::malformed);
  }
}

TEST_CASE("threats: response injection - what stands behind the end of a line is not looked at") {
  for (std::size_t length = 0; length < 3; ++length) {
    BackendReplyParser parser;
    CHECK(parser.on_line(std::string_view("250 OK", length)) == Status::malformed);
  }
  BackendReplyParser parser;
  CHECK(parser.on_line(std::string_view("250-OK", 3)) == Status::complete);
}

TEST_CASE("every code from 200 to 599 is one") {
  for (int code = 0; code < 1000; ++code) {
    const auto digits = std::to_string(1000 + code).substr(1);
    BackendReplyParser parser;
    const bool good = code >= 200 && code < 600;
    CHECK((parser.on_line(digits + " x") == Status::complete) == good);
    if (good) CHECK(parser.take().code == code);
  }
}

TEST_CASE("threats: response injection - a reply has one code") {
  BackendReplyParser parser;
  CHECK(parser.on_line("250-a") == Status::more);
  CHECK(parser.on_line("550 b") == Status::malformed);
}

TEST_CASE("threats: floods - a reply has 128 lines at most") {
  BackendReplyParser parser;
  for (int i = 0; i < 127; ++i) REQUIRE(parser.on_line("250-x") == Status::more);
  SUBCASE("the last one") {
    CHECK(parser.on_line("250 x") == Status::complete);
  }
  SUBCASE("one too many") {
    REQUIRE(parser.on_line("250-x") == Status::more);
    CHECK(parser.on_line("250 x") == Status::malformed);
  }
}
