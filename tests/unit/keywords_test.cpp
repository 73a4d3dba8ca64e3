#include "shim/smtp/keywords.hpp"

#include <doctest/doctest.h>

using namespace clientid;

namespace {

Keywords keywords(std::initializer_list<std::string> lines) {
  BackendReply reply{250, {"250-mail.example.com"}};
  for (const auto& line : lines) reply.lines.push_back("250-" + line);
  return Keywords(reply);
}

std::string relayed(const Keywords& keywords) {
  std::string all;
  for (const auto& line : keywords.relayed()) all += line + ",";
  return all;
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
  CHECK(relayed(all).empty());
  CHECK(relayed(Keywords()).empty());
  CHECK(relayed(Keywords(BackendReply())).empty());
}

TEST_CASE("lines without a keyword do no harm") {
  const Keywords all(BackendReply{250, {"250-mail", "250-", "250", "250-DSN"}});
  CHECK(relayed(all) == "DSN,");
}

TEST_CASE("threats: keyword leakage - only what the relay handles is announced") {
  const auto all = keywords({"PIPELINING",       "SIZE 1000",           "VRFY",       "ETRN",
                             "STARTTLS",         "AUTH PLAIN",          "CLIENTID",   "XCLIENT ADDR",
                             "XFORWARD ADDR",    "ENHANCEDSTATUSCODES", "8BITMIME",   "DSN",
                             "SMTPUTF8",         "BINARYMIME",          "REQUIRETLS", "BURL",
                             "XEXCH50",          "X-ANONYMOUSTLS",      "SIZEX",      "XDSN",
                             "FUTURERELEASE 1 2"});
  for (const auto* hidden : {"VRFY", "ETRN", "STARTTLS", "AUTH", "CLIENTID", "XCLIENT", "XFORWARD", "REQUIRETLS",
                             "BURL", "XEXCH50", "ANONYMOUS", "SIZEX", "XDSN", "FUTURE"}) {
    CAPTURE(std::string_view(hidden));
    CHECK(relayed(all).find(hidden) == std::string::npos);
  }
  for (const auto* shown : {"SIZE 1000,", "8BITMIME,", "DSN,", "SMTPUTF8,", "ENHANCEDSTATUSCODES,"}) {
    CAPTURE(std::string_view(shown));
    CHECK(relayed(all).find(shown) != std::string::npos);
  }
}

TEST_CASE("only what the back end announces is announced") {
  CHECK(relayed(keywords({"dsn", "SIZE"})) == "DSN,SIZE,");
  CHECK(relayed(keywords({"PIPELINING"})).empty());
}
