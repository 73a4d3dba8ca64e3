#include "shim/smtp/xclient.hpp"

#include <doctest/doctest.h>

using namespace clientid;

namespace {

const std::string all_attributes = "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";

const ClientFacts alice{
    .address = "192.0.2.7", .port = 49152, .helo = "client.example.net", .login = "alice@example.com"};

std::string lines(const ClientFacts& client, std::string_view attributes = all_attributes) {
  std::string all;
  for (const auto& line : xclient_lines(client, attributes)) all += line + "|";
  return all;
}

}  // namespace

TEST_CASE("all that is known in one line, ADDR last") {
  CHECK(lines(alice) ==
        "XCLIENT LOGIN=alice@example.com HELO=client.example.net PROTO=ESMTP PORT=49152 ADDR=192.0.2.7|");
}

TEST_CASE("an IPv6 address is marked as one") {
  auto client = alice;
  client.address = "2001:db8::7";
  CHECK(lines(client).ends_with(" ADDR=IPV6:2001:db8::7|"));
}

TEST_CASE("where the client connected to") {
  auto client = alice;
  client.server_address = "2001:db8::1";
  client.server_port = 587;
  CHECK(lines(client, "DESTADDR DESTPORT ADDR PORT") ==
        "XCLIENT DESTPORT=587 DESTADDR=IPV6:2001:db8::1 PORT=49152 ADDR=192.0.2.7|");
  CHECK(lines(client, "ADDR PORT") == "XCLIENT PORT=49152 ADDR=192.0.2.7|");
}

TEST_CASE("only what was announced is handed over") {
  CHECK(lines(alice, "ADDR PORT LOGIN") == "XCLIENT LOGIN=alice@example.com PORT=49152 ADDR=192.0.2.7|");
  CHECK(lines(alice, "ADDRESS XADDR PORT") == "XCLIENT PORT=49152|");
}

TEST_CASE("what is not known is left out") {
  CHECK(lines({}) == "XCLIENT PROTO=ESMTP|");
  CHECK(lines({.address = "192.0.2.7", .port = 1, .helo = "", .login = ""}) ==
        "XCLIENT PROTO=ESMTP PORT=1 ADDR=192.0.2.7|");
}

TEST_CASE("threats: XCLIENT injection - every value is xtext") {
  auto client = alice;
  client.helo = "a b\r\nLOGIN=root";
  client.login = "alice+x=y@example.com";
  CHECK(lines(client, "HELO LOGIN") == "XCLIENT LOGIN=alice+2Bx+3Dy@example.com HELO=a+20b+0D+0ALOGIN+3Droot|");
}

TEST_CASE("a line holds 512 octets with CRLF") {
  for (std::size_t length = 1; length <= 255; ++length) {
    auto client = alice;
    client.helo = std::string(length, 'h');
    client.login = std::string(255, 'l');
    std::string all;
    for (const auto& line : xclient_lines(client, all_attributes)) {
      CAPTURE(line);
      REQUIRE(line.size() <= 510);
      REQUIRE(line.starts_with("XCLIENT "));
      all += line.substr(7);
    }
    REQUIRE(all == " LOGIN=" + client.login + " HELO=" + client.helo + " PROTO=ESMTP PORT=49152 ADDR=192.0.2.7");
  }
}

TEST_CASE("a line is filled before another is begun") {
  auto client = alice;
  client.login = std::string(255, 'l');
  const auto room = 510 - std::string("XCLIENT LOGIN= HELO=").size() - client.login.size();
  client.helo = std::string(room, 'h');
  CHECK(xclient_lines(client, "LOGIN HELO").size() == 1);
  client.helo += "h";
  CHECK(xclient_lines(client, "LOGIN HELO").size() == 2);
}

TEST_CASE("a line holds 512 octets with CRLF, also where every octet of a name takes three") {
  for (auto value : {&ClientFacts::helo, &ClientFacts::login}) {
    auto client = alice;
    client.*value = std::string(255, '+');
    for (const auto& line : xclient_lines(client, all_attributes)) {
      CHECK(line.size() <= 510);
      CHECK(line.starts_with("XCLIENT "));
    }
  }
}

TEST_CASE("a HELO name that no line can hold is left out, the rest is handed over") {
  auto client = alice;
  client.helo = std::string(255, '+');
  CHECK(lines(client) == "XCLIENT LOGIN=alice@example.com PROTO=ESMTP PORT=49152 ADDR=192.0.2.7|");
  CHECK(xclient_suffices(client, all_attributes));
}

TEST_CASE("X9 a login that no line can hold is none that could be left out") {
  auto client = alice;
  client.login = std::string(510 - std::string("XCLIENT LOGIN=").size(), 'l');
  CHECK(xclient_suffices(client, all_attributes));
  CHECK(xclient_lines(client, all_attributes).front() == "XCLIENT LOGIN=" + client.login);
  client.login += "l";
  CHECK_FALSE(xclient_suffices(client, all_attributes));
  CHECK(xclient_offered(client, all_attributes));
  CHECK_FALSE(xclient_offered(client, "ADDR PORT"));
}

TEST_CASE("X9 without ADDR, PORT or LOGIN the handover is none") {
  CHECK(xclient_suffices(alice, all_attributes));
  CHECK(xclient_suffices(alice, "LOGIN PORT ADDR"));
  CHECK_FALSE(xclient_suffices(alice, "ADDR PORT"));
  CHECK_FALSE(xclient_suffices(alice, "ADDR LOGIN"));
  CHECK_FALSE(xclient_suffices(alice, "PORT LOGIN"));
  CHECK_FALSE(xclient_suffices(alice, "DESTADDR DESTPORT LOGIN"));
  CHECK_FALSE(xclient_suffices(alice, ""));
}

TEST_CASE("what is not known need not be announced") {
  auto client = alice;
  client.login.clear();
  CHECK(xclient_suffices(client, "ADDR PORT"));
  client.address.clear();
  CHECK(xclient_suffices(client, ""));
  client.login = "alice@example.com";
  CHECK(xclient_suffices(client, "LOGIN"));
  CHECK_FALSE(xclient_suffices(client, "ADDR PORT"));
}
