#include "shim/smtp/auth_exchange.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "shim/smtp/base64.hpp"

using namespace clientid;
using namespace std::literals;

namespace {

const std::vector<std::string> mechanisms{"PLAIN", "LOGIN", "SCRAM-SHA-256"};

// What the exchange does, on one line: the reply, or "give MECHANISM response", NUL written as |.
std::string text(const AuthExchange::Step& step) {
  switch (step.kind) {
    case AuthExchange::Step::Kind::reply: return std::string(step.reply.substr(0, step.reply.size() - 2));
    case AuthExchange::Step::Kind::error: return "error " + std::string(step.reply.substr(0, step.reply.size() - 2));
    case AuthExchange::Step::Kind::input: break;
  }
  CHECK(step.reply.empty());
  if (!step.input.response) return "give " + step.input.mechanism + " none";
  std::string response(step.input.response->view());
  std::replace(response.begin(), response.end(), '\0', '|');
  return "give " + step.input.mechanism + " <" + response + ">";
}

std::string begun(AuthExchange& exchange, std::string_view parameters) {
  return text(exchange.begin(parameters, mechanisms));
}
std::string begun(std::string_view parameters) {
  AuthExchange exchange;
  return begun(exchange, parameters);
}
std::string line(AuthExchange& exchange, std::string_view raw) {
  return text(exchange.on_line(encode_base64(raw).view()));
}

const std::string syntax = "error 501 5.5.4 Syntax error in parameters or arguments";
const std::string undecodable = "error 501 5.5.2 Cannot decode the response";
const std::string unknown = "error 504 5.5.4 Unrecognised authentication type";
const std::string cancelled = "error 501 5.7.0 Authentication cancelled";
const std::string ask_user = "334 VXNlcm5hbWU6";
const std::string ask_password = "334 UGFzc3dvcmQ6";

}  // namespace

TEST_CASE("a mechanism with its initial response") {
  CHECK(begun("PLAIN AGFsaWNlAHNlY3JldA==") == "give PLAIN <|alice|secret>");
  CHECK(begun("plain AGFsaWNlAHNlY3JldA==") == "give PLAIN <|alice|secret>");
  CHECK(begun("SCRAM-SHA-256 biws") == "give SCRAM-SHA-256 <n,,>");
}

TEST_CASE("RFC 4954: no initial response is not an empty one") {
  CHECK(begun("PLAIN") == "give PLAIN none");
  CHECK(begun("PLAIN =") == "give PLAIN <>");
}

TEST_CASE("later responses belong to the mechanism") {
  AuthExchange exchange;
  CHECK(begun(exchange, "SCRAM-SHA-256") == "give SCRAM-SHA-256 none");
  CHECK(line(exchange, "n,,n=alice") == "give  <n,,n=alice>");
  CHECK(text(exchange.on_line("")) == "give  <>");
  CHECK(line(exchange, "\0\xff"sv) == "give  <|\xff>");
}

TEST_CASE("a mechanism that is not offered") {
  for (const auto* parameters :
       {"NO-SUCH-THING", "CRAM-MD5 AAAA", "PLAI", "PLAINX", "PLAIN\tAAAA", "SCRAM-SHA-256-PLUS", "PLAIN,LOGIN"}) {
    CAPTURE(std::string_view(parameters));
    CHECK(begun(parameters) == unknown);
  }
  AuthExchange exchange;
  CHECK(text(exchange.begin("PLAIN", {})) == unknown);
  CHECK(text(exchange.begin("PLAIN", {"LOGIN"})) == unknown);
}

TEST_CASE("parameters that are none") {
  for (const auto* parameters : {"", " ", " PLAIN", "PLAIN "}) {
    CAPTURE(std::string_view(parameters));
    CHECK(begun(parameters) == syntax);
  }
}

TEST_CASE("threats: AUTH lines - strict base64") {
  for (const auto* response :
       {"A", "AA", "AAA", "AA=", "AB==", "AA==AA==", " AAAA", "AAAA ", "AAAA AAAA", "==", "=AAA", "AA-_", "*"}) {
    CAPTURE(std::string_view(response));
    CHECK(begun("PLAIN " + std::string(response)) == undecodable);
    if (response == "*"sv) continue;
    AuthExchange exchange;
    CHECK(begun(exchange, "PLAIN") == "give PLAIN none");
    CHECK(text(exchange.on_line(response)) == undecodable);
  }
  AuthExchange exchange;
  CHECK(begun(exchange, "PLAIN") == "give PLAIN none");
  CHECK(text(exchange.on_line("=")) == undecodable);
}

TEST_CASE("* cancels at every place") {
  AuthExchange plain;
  CHECK(begun(plain, "PLAIN") == "give PLAIN none");
  CHECK(text(plain.on_line("*")) == cancelled);
  AuthExchange user;
  CHECK(begun(user, "LOGIN") == ask_user);
  CHECK(text(user.on_line("*")) == cancelled);
  AuthExchange password;
  CHECK(begun(password, "LOGIN YWxpY2U=") == ask_password);
  CHECK(text(password.on_line("*")) == cancelled);
}

TEST_CASE("LOGIN is asked for here and given on as PLAIN") {
  AuthExchange exchange;
  CHECK(begun(exchange, "LOGIN") == ask_user);
  CHECK(line(exchange, "alice") == ask_password);
  CHECK(line(exchange, "secret") == "give PLAIN <|alice|secret>");
}

TEST_CASE("LOGIN with the user as initial response") {
  AuthExchange exchange;
  CHECK(begun(exchange, "login YWxpY2U=") == ask_password);
  CHECK(line(exchange, "secret") == "give PLAIN <|alice|secret>");
}

TEST_CASE("LOGIN with an empty user or an empty password") {
  AuthExchange exchange;
  CHECK(begun(exchange, "LOGIN =") == ask_password);
  CHECK(text(exchange.on_line("")) == "give PLAIN <||>");
}

TEST_CASE("D8.1 what LOGIN gets with two NULs is a PLAIN message") {
  CHECK(begun("LOGIN dGVzdAB0ZXN0ADEyMzQ=") == "give PLAIN <test|test|1234>");
  CHECK(begun("LOGIN AGFsaWNlAHNlY3JldA==") == "give PLAIN <|alice|secret>");
}

TEST_CASE("threats: NUL in credentials - no NUL moves the borders of the PLAIN message that LOGIN becomes") {
  for (const auto raw : {"al\0ice"sv, "\0"sv, "a\0b\0c\0d"sv}) {
    CHECK(begun("LOGIN " + std::string(encode_base64(raw).view())) == undecodable);
    AuthExchange user;
    CHECK(begun(user, "LOGIN") == ask_user);
    CHECK(line(user, raw) == undecodable);
    AuthExchange password;
    CHECK(begun(password, "LOGIN YWxpY2U=") == ask_password);
    CHECK(line(password, raw) == undecodable);
  }
  AuthExchange user;
  CHECK(begun(user, "LOGIN") == ask_user);
  CHECK(line(user, "\0alice\0secret"sv) == undecodable);
  AuthExchange password;
  CHECK(begun(password, "LOGIN YWxpY2U=") == ask_password);
  CHECK(line(password, "\0bob\0secret"sv) == undecodable);
}

TEST_CASE("threats: 8-bit in credentials - octets are carried exactly") {
  AuthExchange exchange;
  CHECK(begun(exchange, "LOGIN") == ask_user);
  CHECK(line(exchange, "\xC3\xA4lice") == ask_password);
  CHECK(line(exchange, "\xff \r\n") == "give PLAIN <|\xC3\xA4lice|\xff \r\n>");
}
