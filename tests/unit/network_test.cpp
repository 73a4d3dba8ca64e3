#include "plugin/policy/network.hpp"

#include <doctest/doctest.h>

using namespace clientid;

namespace {

std::string address(std::string_view text) {
  const auto parsed = Address::parse(text);
  return parsed ? parsed->to_string() : "none";
}

std::string network(std::string_view text) {
  const auto parsed = Network::parse(text);
  return parsed ? parsed->to_string() : "none";
}

bool contains(std::string_view network, std::string_view address) {
  return Network::parse(network).value().contains(Address::parse(address).value());
}

}  // namespace

TEST_CASE("addresses come back in their shortest form") {
  CHECK(address("192.0.2.7") == "192.0.2.7");
  CHECK(address("2001:db8::7") == "2001:db8::7");
  CHECK(address("2001:0DB8:0:0:0:0:0:7") == "2001:db8::7");
  CHECK(address("::") == "::");
  CHECK(address("::1") == "::1");
}

TEST_CASE("an IPv4 address mapped into IPv6 is the IPv4 address") {
  CHECK(address("::ffff:192.0.2.7") == "192.0.2.7");
  CHECK(address("::FFFF:c000:207") == "192.0.2.7");
  CHECK(Address::parse("::ffff:192.0.2.7")->is_v4());
  CHECK(Address::parse("192.0.2.7")->is_v4());
  CHECK_FALSE(Address::parse("::192.0.2.7")->is_v4());
  CHECK_FALSE(Address::parse("1::ffff:192.0.2.7")->is_v4());
  CHECK_FALSE(Address::parse("2001:db8::7")->is_v4());
  CHECK(contains("192.0.2.0/24", "::ffff:192.0.2.7"));
  CHECK(contains("::ffff:192.0.2.0/24", "192.0.2.7"));
  CHECK(network("::ffff:192.0.2.0/24") == "192.0.2.0/24");
}

TEST_CASE("octets are in the order of the network") {
  CHECK(Address::parse("2001:db8::7")->octets() ==
        std::array<std::uint8_t, 16>{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7});
  CHECK(Address::parse("192.0.2.7")->octets() ==
        std::array<std::uint8_t, 16>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7});
}

TEST_CASE("what is no address") {
  for (const auto* text : {"", " ", "192.0.2", "192.0.2.256", "192.0.2.7 ", " 192.0.2.7", "192.0.2.7/32", "192.0.2.07x",
                           "2001:db8", "2001:db8:::7", "[::1]", "fe80::1%eth0", "host", "1.2.3.4.5"}) {
    CAPTURE(std::string_view(text));
    CHECK(address(text) == "none");
  }
}

TEST_CASE("threats: NUL - an address ends where its text ends") {
  CHECK(address(std::string_view("192.0.2.7\0.evil", 15)) == "none");
  CHECK(address(std::string_view("::1\0", 4)) == "none");
  CHECK(network(std::string_view("192.0.2.7\0", 10)) == "none");
  CHECK(address(std::string_view("192.0.2.77", 9)) == "192.0.2.7");
}

TEST_CASE("a network holds the addresses of its prefix and no others") {
  CHECK(contains("192.0.2.0/24", "192.0.2.0"));
  CHECK(contains("192.0.2.0/24", "192.0.2.255"));
  CHECK_FALSE(contains("192.0.2.0/24", "192.0.1.255"));
  CHECK_FALSE(contains("192.0.2.0/24", "192.0.3.0"));
  CHECK(contains("192.0.2.128/25", "192.0.2.128"));
  CHECK_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
  CHECK(contains("192.0.2.6/31", "192.0.2.7"));
  CHECK_FALSE(contains("192.0.2.6/31", "192.0.2.8"));
  CHECK(contains("0.0.0.0/0", "255.255.255.255"));
  CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::7"));
  CHECK(contains("2001:db8::/32", "2001:db8:ffff::1"));
  CHECK_FALSE(contains("2001:db8::/32", "2001:db9::1"));
  CHECK(contains("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  CHECK(contains("::/0", "2001:db8::7"));
}

TEST_CASE("every length of a prefix") {
  for (unsigned bits = 1; bits <= 128; ++bits) {
    CAPTURE(bits);
    const auto all = Network::parse("::/" + std::to_string(bits));
    REQUIRE(all);
    CHECK(all->contains(*Address::parse("::")));
    CHECK_FALSE(all->contains(*Address::parse("8000::")));
    CHECK(all->contains(*Address::parse("::1")) == (bits < 128));
    CHECK(all->contains(*Address::parse("::1:0:0:0:0")) == (bits < 64));
  }
}

TEST_CASE("an address is the network of itself alone") {
  CHECK(network("192.0.2.7") == "192.0.2.7/32");
  CHECK(network("2001:db8::7") == "2001:db8::7/128");
  CHECK(contains("192.0.2.7", "192.0.2.7"));
  CHECK_FALSE(contains("192.0.2.7", "192.0.2.6"));
  CHECK_FALSE(contains("2001:db8::7", "2001:db8::6"));
}

TEST_CASE("networks come back") {
  for (const auto* text :
       {"192.0.2.0/24", "0.0.0.0/0", "10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32", "::/0", "::1/128"}) {
    CHECK(network(text) == text);
  }
}

TEST_CASE("bits behind the prefix are a typing error") {
  for (const auto* text :
       {"192.0.2.7/24", "192.0.2.1/31", "0.0.0.1/0", "2001:db8::7/32", "2001:db8:8000::/32", "::1/127"}) {
    CAPTURE(std::string_view(text));
    CHECK(network(text) == "none");
  }
}

TEST_CASE("what is no network") {
  for (const auto* text : {"", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/128", "192.0.2.0/-1",
                           "192.0.2.0/+8", "192.0.2.0/ 24", "192.0.2.0/24 ", "192.0.2.0/24x", "192.0.2.0/24/24",
                           "2001:db8::/129", "192.0.2.0/255.255.255.0", "192.0.2.0/99999999999999999999"}) {
    CAPTURE(std::string_view(text));
    CHECK(network(text) == "none");
  }
}

namespace {

std::string around(std::string_view text, unsigned bits) {
  return Network::around(Address::parse(text).value(), bits).to_string();
}

std::string first(std::string_view text) {
  return Network::parse(text).value().first();
}
std::string last(std::string_view text) {
  return Network::parse(text).value().last();
}

}  // namespace

TEST_CASE("UC6 the network around an address, which no bit behind the prefix changes") {
  CHECK(around("192.0.2.7", 32) == "192.0.2.7/32");
  CHECK(around("192.0.2.7", 31) == "192.0.2.6/31");
  CHECK(around("192.0.2.7", 24) == "192.0.2.0/24");
  CHECK(around("192.0.2.255", 9) == "192.0.0.0/9");
  CHECK(around("192.0.2.7", 0) == "0.0.0.0/0");
  CHECK(around("::ffff:192.0.2.7", 24) == "192.0.2.0/24");
  CHECK(around("2001:db8:1:2:3:4:5:6", 128) == "2001:db8:1:2:3:4:5:6/128");
  CHECK(around("2001:db8:1:2:3:4:5:6", 64) == "2001:db8:1:2::/64");
  CHECK(around("2001:db8:1:2:3:4:5:6", 47) == "2001:db8::/47");
  CHECK(around("2001:db8::1", 0) == "::/0");
  CHECK(Network::around(*Address::parse("192.0.2.7"), 24) == *Network::parse("192.0.2.0/24"));
}

TEST_CASE("the first and the last address of a network") {
  const std::string v4 = "00000000000000000000ffff";
  CHECK(first("192.0.2.0/24") == v4 + "c0000200");
  CHECK(last("192.0.2.0/24") == v4 + "c00002ff");
  CHECK(first("192.0.2.4/30") == v4 + "c0000204");
  CHECK(last("192.0.2.4/30") == v4 + "c0000207");
  CHECK(first("192.0.2.7") == v4 + "c0000207");
  CHECK(last("192.0.2.7") == v4 + "c0000207");
  CHECK(first("0.0.0.0/0") == v4 + "00000000");
  CHECK(last("0.0.0.0/0") == v4 + "ffffffff");
  CHECK(first("2001:db8::/33") == "20010db8000000000000000000000000");
  CHECK(last("2001:db8::/33") == "20010db87fffffffffffffffffffffff");
  CHECK(last("::/0") == std::string(32, 'f'));
}

TEST_CASE("first and last are in the order of the addresses, as text") {
  for (const auto* text : {"192.0.2.0/24", "10.0.0.0/8", "192.0.2.7", "2001:db8::/33", "fe80::/10"}) {
    CAPTURE(text);
    const auto held = Network::parse(text).value();
    for (const auto* address : {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0", "192.0.2.0", "192.0.2.7",
                                "192.0.2.255", "192.0.3.0", "2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff",
                                "2001:db8:8000::", "fe7f::", "fe80::1", "febf::", "fec0::"}) {
      CAPTURE(address);
      const auto at = first(address);
      CHECK((held.first() <= at && at <= held.last()) == contains(text, address));
    }
  }
}
