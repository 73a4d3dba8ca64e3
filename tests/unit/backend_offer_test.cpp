#include "shim/smtp/backend_offer.hpp"

#include <doctest/doctest.h>

using namespace clientid;

namespace {

Keywords keywords(std::initializer_list<std::string> lines) {
  BackendReply reply{250, {"250-mail.example.com"}};
  for (const auto& line : lines) reply.lines.push_back("250-" + line);
  return Keywords(reply);
}

std::string offered(const Keywords& backend, const OfferRules& rules = {}) {
  std::string all;
  for (const auto& line : offer_of(backend, rules).keywords) all += line + ",";
  return all;
}

std::string mechanisms(const Keywords& backend, const OfferRules& rules) {
  std::string all;
  for (const auto& mechanism : offer_of(backend, rules).mechanisms) all += mechanism + ",";
  return all;
}

}  // namespace

TEST_CASE("threats: keyword leakage - only what the relay handles is announced") {
  const auto all = keywords({"PIPELINING", "VRFY", "ETRN", "STARTTLS", "AUTH PLAIN", "CLIENTID", "XCLIENT ADDR",
                             "XFORWARD ADDR", "BURL imap", "XEXCH50", "X-ANONYMOUSTLS", "SIZEX", "XDSN", "VERB"});
  CHECK(offered(all).empty());
}

TEST_CASE("what the relay handles passes with its parameters, where the back end has it") {
  for (const auto* line : {"8BITMIME", "CHUNKING", "DELIVERBY 240", "DSN", "ENHANCEDSTATUSCODES",
                           "FUTURERELEASE 864000 2026-12-31T00:00:00Z", "LIMITS RCPTMAX=100", "MT-PRIORITY MIXER",
                           "REQUIRETLS", "SMTPUTF8", "SIZE 1000"}) {
    CAPTURE(std::string_view(line));
    CHECK(offered(keywords({line})) == line + std::string(","));
  }
  CHECK(offered(keywords({"dsn"})) == "DSN,");
  CHECK(offered(Keywords()).empty());
}

TEST_CASE("RFC 3030: BINARYMIME needs CHUNKING") {
  CHECK(offered(keywords({"BINARYMIME"})).empty());
  CHECK(offered(keywords({"BINARYMIME", "CHUNKING"})) == "CHUNKING,BINARYMIME,");
}

TEST_CASE("BURL and ETRN pass where they are switched on") {
  const auto both = keywords({"BURL imap", "ETRN"});
  CHECK(offered(both, {.burl = true}) == "BURL imap,");
  CHECK(offered(both, {.etrn = true}) == "ETRN,");
  CHECK(offered(Keywords(), {.burl = true, .etrn = true}).empty());
}

TEST_CASE("RFC 1870: SIZE is the smaller one of the two limits") {
  CHECK(offered(keywords({"SIZE 1000"}), {.max_message_size = 2000}) == "SIZE 1000,");
  CHECK(offered(keywords({"SIZE 3000"}), {.max_message_size = 2000}) == "SIZE 2000,");
  CHECK(offered(keywords({"SIZE 0"}), {.max_message_size = 2000}) == "SIZE 2000,");
  CHECK(offered(keywords({"SIZE"}), {.max_message_size = 2000}) == "SIZE 2000,");
  CHECK(offered(Keywords(), {.max_message_size = 2000}) == "SIZE 2000,");
  CHECK(offered(keywords({"SIZE"})) == "SIZE,");
}

TEST_CASE("AUTH here offers what is configured, whatever the back end has") {
  CHECK(mechanisms(keywords({"AUTH GSSAPI"}), {.mechanisms = {"PLAIN", "LOGIN"}}) == "PLAIN,LOGIN,");
}

TEST_CASE("AUTH in the back end offers what both have; LOGIN is spoken by us") {
  const OfferRules rules{.mechanisms = {"PLAIN", "LOGIN", "SCRAM-SHA-256"}, .auth_by_backend = true};
  CHECK(mechanisms(keywords({"AUTH PLAIN"}), rules) == "PLAIN,LOGIN,");
  CHECK(mechanisms(keywords({"AUTH LOGIN NTLM"}), rules) == "PLAIN,LOGIN,");
  CHECK(mechanisms(keywords({"AUTH SCRAM-SHA-256 DIGEST-MD5"}), rules) == "SCRAM-SHA-256,");
  CHECK(mechanisms(Keywords(), rules).empty());
}

TEST_CASE("an offered keyword is found as a whole word") {
  const BackendOffer offer{{"SIZE 1000", "CHUNKING"}, {}};
  CHECK(offer.has("SIZE"));
  CHECK(offer.has("CHUNKING"));
  CHECK_FALSE(offer.has("CHUNK"));
  CHECK_FALSE(offer.has("DSN"));
}
