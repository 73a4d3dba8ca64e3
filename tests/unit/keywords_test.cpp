#include "shim/smtp/keywords.hpp"

#include <doctest/doctest.h>

using namespace clientid;

namespace {

Keywords keywords(std::initializer_list<std::string> lines) {
  BackendReply reply{250, {"250-mail.example.com"}};
  for (const auto& line : lines) reply.lines.push_back("250-" + line);
  return Keywords(reply);
}

}  // namespace

TEST_CASE("keywords with and without parameters, in any case") {
  const auto all = keywords({"PIPELINING", "size 1000", "XCLIENT NAME ADDR", "Auth PLAIN"});
  CHECK(all.has("PIPELINING"));
  CHECK(all.has("SIZE"));
  CHECK(all.has("AUTH"));
  CHECK_FALSE(all.has("size"));
  CHECK_FALSE(all.has("DSN"));
  CHECK(all.parameters("SIZE") == "1000");
  CHECK(all.parameters("XCLIENT") == "NAME ADDR");
  CHECK(all.parameters("PIPELINING").empty());
  CHECK(all.parameters("DSN").empty());
}

TEST_CASE("the greeting is no keyword") {
  const Keywords all(BackendReply{250, {"250 DSN"}});
  CHECK_FALSE(all.has("DSN"));
}

TEST_CASE("lines without a keyword do no harm") {
  const Keywords all(BackendReply{250, {"250-mail", "250-", "250", "250-DSN"}});
  CHECK(all.has("DSN"));
}
