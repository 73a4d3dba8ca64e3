#include "shim/auth/verdict_request.hpp"

#include <doctest/doctest.h>

#include <cstring>

using namespace clientid;
using namespace std::literals;

namespace {

const std::string whole =
    "request=clientid-verdict\nversion=1\naccount=alice@example.com\nservice=smtp\nlocal=127.0.0.1;587\n"
    "remote=192.0.2.7;49152\n\n";

std::string parsed(std::string_view text) {
  const auto request = parse_verdict_request(text);
  if (!request) return "none";
  return request->account + "|" + request->service + "|" + request->endpoints.local + "|" + request->endpoints.remote;
}

// `whole` with one part of it replaced.
std::string with(std::string_view part, std::string_view other) {
  auto text = whole;
  const auto place = text.find(part);
  REQUIRE(place != std::string::npos);
  return text.replace(place, part.size(), other);
}

Answer answer(Ruling ruling, const char* reason, const char* type, const char* fingerprint) {
  Answer made;
  made.ruling = ruling;
  std::strncpy(made.reason, reason, sizeof made.reason - 1);
  std::strncpy(made.type, type, sizeof made.type - 1);
  std::strncpy(made.fingerprint, fingerprint, sizeof made.fingerprint - 1);
  return made;
}

}  // namespace

TEST_CASE("a whole request") {
  CHECK(parsed(whole) == "alice@example.com|smtp|127.0.0.1;587|192.0.2.7;49152");
}

TEST_CASE("attributes in any order, those that are not known passed over") {
  CHECK(parsed("remote=r\nfuture=1\naccount=a\nversion=1\nfuture2=\nrequest=clientid-verdict\n\n") == "a|||r");
}

TEST_CASE("a verdict may be wanted on the judge's own sessions alone") {
  CHECK_FALSE(parse_verdict_request(whole)->own_sessions);
  CHECK(parse_verdict_request(with("service=smtp\n", "service=smtp\nsession=required\n"))->own_sessions);
  for (const auto* other : {"session=", "session=1", "session=Required", "Session=required", "session=required "}) {
    CAPTURE(std::string_view(other));
    CHECK_FALSE(parse_verdict_request(with("service=smtp", other))->own_sessions);
  }
  CHECK(format_verdict_reply(answer(Ruling::unknown, "", "", "")) == "version=1\nverdict=unknown\n\n");
}

TEST_CASE("a request has an account, and needs no more") {
  CHECK(parsed("request=clientid-verdict\nversion=1\naccount=a\n\n") == "a|||");
  CHECK(parsed(with("account=alice@example.com", "account=")) == "none");
  CHECK(parsed(with("account=alice@example.com\n", "")) == "none");
}

TEST_CASE("a request of another kind or version is none") {
  for (const auto* version : {"version=2", "version=", "version=01", "version=1 ", "version=1.0", "Version=1", "x=y"}) {
    CAPTURE(std::string_view(version));
    CHECK(parsed(with("version=1", version)) == "none");
  }
  for (const auto* request :
       {"request=smtpd_access_policy", "request=", "Request=clientid-verdict", "x=y", "request=clientid-verdict "}) {
    CAPTURE(std::string_view(request));
    CHECK(parsed(with("request=clientid-verdict", request)) == "none");
  }
  CHECK(parsed(with("version=1\n", "")) == "none");
  CHECK(parsed(with("request=clientid-verdict\n", "")) == "none");
}

TEST_CASE("a name that stands twice is an error") {
  CHECK(parsed(with("service=smtp", "account=bob@example.com")) == "none");
  CHECK(parsed(with("service=smtp\n", "service=smtp\nservice=smtp\n")) == "none");
  CHECK(parsed(with("service=smtp\n", "x=1\nx=1\n")) == "none");
}

TEST_CASE("threats: failing open - half a request is none, at whatever octet it is cut") {
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    REQUIRE(parsed(whole.substr(0, length)) == "none");
  }
}

TEST_CASE("nothing stands behind the empty line") {
  CHECK(parsed(whole + "\n") == "none");
  CHECK(parsed(whole + "x=y\n") == "none");
  CHECK(parsed(whole + whole) == "none");
  CHECK(parsed("\n") == "none");
  CHECK(parsed("") == "none");
}

TEST_CASE("a line is NAME=VALUE") {
  CHECK(parsed(with("service=smtp", "service")) == "none");
  CHECK(parsed(with("service=smtp", "service=a=b=")) == "alice@example.com|a=b=|127.0.0.1;587|192.0.2.7;49152");
  CHECK(parsed(with("service=smtp", "service=")) == "alice@example.com||127.0.0.1;587|192.0.2.7;49152");
}

TEST_CASE("a reply says what there is to say") {
  CHECK(format_verdict_reply(answer(Ruling::allow, "bound", "uuid", "3fa901bc77d20e11")) ==
        "version=1\nverdict=allow\nreason=bound\ntype=uuid\nfingerprint=3fa901bc77d20e11\n\n");
  CHECK(format_verdict_reply(answer(Ruling::refuse, "absent-refused", "", "")) ==
        "version=1\nverdict=refuse\nreason=absent-refused\n\n");
}

TEST_CASE("threats: failing open - an answer that nobody gave is unavailable") {
  CHECK(format_verdict_reply({}) == "version=1\nverdict=unavailable\n\n");
  CHECK(format_verdict_reply(answer(Ruling::unavailable, "store-failure", "", "")) ==
        "version=1\nverdict=unavailable\nreason=store-failure\n\n");
  CHECK(format_verdict_reply(answer(static_cast<Ruling>(7), "", "", "")) == "version=1\nverdict=unavailable\n\n");
}

TEST_CASE("the longest reply is within the limit of the protocol") {
  const std::string longest(64, 'x');
  CHECK(format_verdict_reply(answer(Ruling::unavailable, longest.c_str(), longest.c_str(), longest.c_str())).size() <
        max_message);
}
