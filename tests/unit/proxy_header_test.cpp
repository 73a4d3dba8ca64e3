#include "shim/net/proxy_header.hpp"

#include <doctest/doctest.h>

using namespace clientid;
using namespace std::string_literals;

namespace {

using Status = ProxyHeader::Status;

const std::string signature("\r\n\r\n\0\r\nQUIT\n", 12);
const std::string behind = "EHLO client.example.net\r\n";

const ProxyEndpoints four{{"192.0.2.7", 49152}, {"198.51.100.1", 587}};
const ProxyEndpoints six{{"2001:db8::7", 49152}, {"2001:db8::1", 587}};

const std::string four_octets("\xc0\x00\x02\x07\xc6\x33\x64\x01\xc0\x00\x02\x4b", 12);
const std::string six_octets(
    "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07"
    "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\xc0\x00\x02\x4b",
    36);

std::string v2(unsigned char command, unsigned char family, const std::string& rest) {
  const auto size = rest.size();
  return signature + static_cast<char>(command) + static_cast<char>(family) + static_cast<char>(size >> 8U) +
         static_cast<char>(size & 0xffU) + rest;
}

// The whole header as it is read octet by octet: never decided early, never an octet asked for that is not its own.
ProxyHeader parse_cut(const std::string& header) {
  for (std::size_t length = 0; length < header.size(); ++length) {
    CAPTURE(length);
    const auto parsed = parse_proxy_header(header.substr(0, length));
    REQUIRE(parsed.status == Status::incomplete);
    REQUIRE(parsed.octets >= 1);
    REQUIRE(length + parsed.octets <= header.size());
    REQUIRE_FALSE(parsed.endpoints);
  }
  const auto parsed = parse_proxy_header(header + behind);
  CHECK(parse_proxy_header(header).octets == parsed.octets);
  return parsed;
}

// Whether it is taken, all of it, for these endpoints; the empty ones stand for nobody.
bool says(const std::string& header, const ProxyEndpoints& endpoints) {
  const auto parsed = parse_cut(header);
  const bool whole = parsed.status == Status::complete && parsed.octets == header.size();
  return whole && parsed.endpoints == (endpoints == ProxyEndpoints{} ? std::nullopt : std::optional(endpoints));
}

const ProxyEndpoints nobody;

bool malformed(const std::string& octets) {
  return parse_proxy_header(octets).status == Status::malformed;
}

}  // namespace

TEST_CASE("PROXY v1 as it is written") {
  CHECK(format_proxy_header(ProxyVersion::v1, four) == "PROXY TCP4 192.0.2.7 198.51.100.1 49152 587\r\n");
  CHECK(format_proxy_header(ProxyVersion::v1, six) == "PROXY TCP6 2001:db8::7 2001:db8::1 49152 587\r\n");
  CHECK(format_proxy_header(ProxyVersion::v1, {}) == "PROXY UNKNOWN\r\n");
  CHECK(format_proxy_header(ProxyVersion::v1, {four.source, {}}) == "PROXY UNKNOWN\r\n");
}

TEST_CASE("PROXY v2 as it is written") {
  CHECK(format_proxy_header(ProxyVersion::v2, four) == v2(0x21, 0x11, four_octets));
  CHECK(format_proxy_header(ProxyVersion::v2, six) == v2(0x21, 0x21, six_octets));
  CHECK(format_proxy_header(ProxyVersion::v2, {}) == v2(0x20, 0x00, ""));
  CHECK(format_proxy_header(ProxyVersion::v2, {{}, four.destination}) == v2(0x20, 0x00, ""));
}

TEST_CASE("PROXY with two families is written as IPv6") {
  const ProxyEndpoints both{four.source, six.destination};
  CHECK(format_proxy_header(ProxyVersion::v1, both) == "PROXY TCP6 ::ffff:192.0.2.7 2001:db8::1 49152 587\r\n");
  CHECK(says(format_proxy_header(ProxyVersion::v1, both), both));
  CHECK(says(format_proxy_header(ProxyVersion::v2, both), both));
}

TEST_CASE("PROXY cut at every octet") {
  for (const auto version : {ProxyVersion::v1, ProxyVersion::v2}) {
    CHECK(says(format_proxy_header(version, four), four));
    CHECK(says(format_proxy_header(version, six), six));
    CHECK(says(format_proxy_header(version, {}), nobody));
  }
}

TEST_CASE("PROXY v1: an IPv4 address in IPv6 is the IPv4 address") {
  CHECK(says("PROXY TCP6 ::ffff:192.0.2.7 ::ffff:198.51.100.1 49152 587\r\n", four));
}

TEST_CASE("PROXY v1: UNKNOWN takes what follows for nothing") {
  CHECK(says("PROXY UNKNOWN\r\n", nobody));
  CHECK(says("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", nobody));
  const std::string longest = "PROXY UNKNOWN " + std::string(107 - 16, 'x');
  CHECK(says(longest + "\r\n", nobody));
  CHECK(malformed(longest + "x\r\n"));
  CHECK(malformed(longest + "xx"));
}

TEST_CASE("PROXY v1: the longest of IPv6") {
  const std::string longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  CHECK(says("PROXY TCP6 " + longest + " " + longest + " 65535 65535\r\n", {{longest, 65535}, {longest, 65535}}));
}

TEST_CASE("threats: PROXY injection - version 1 is taken as it must be written, and not otherwise") {
  for (const auto* bad : {"PROXY",
                          "PROXY ",
                          "proxy TCP4 192.0.2.7 198.51.100.1 49152 587",
                          "PROXY  TCP4 192.0.2.7 198.51.100.1 49152 587",
                          "PROXY tcp4 192.0.2.7 198.51.100.1 49152 587",
                          "PROXY TCP5 192.0.2.7 198.51.100.1 49152 587",
                          "PROXY UDP4 192.0.2.7 198.51.100.1 49152 587",
                          "PROXY UNKNOWNX",
                          "PROXY TCP4  192.0.2.7 198.51.100.1 49152 587",
                          "PROXY TCP4 192.0.2.7 198.51.100.1 49152 587 ",
                          "PROXY TCP4 192.0.2.7 198.51.100.1 49152 587 9",
                          "PROXY TCP4 192.0.2.7 198.51.100.1 49152",
                          "PROXY TCP4 192.0.2.7 198.51.100.1 49152 ",
                          "PROXY TCP4 192.0.2.7 198.51.100.1 49152 65536",
                          "PROXY TCP4 192.0.2.7 198.51.100.1 49152 0587",
                          "PROXY TCP4 192.0.2.7 198.51.100.1 49152 +587",
                          "PROXY TCP4 192.0.2.7 198.51.100.1 -1 587",
                          "PROXY TCP4 192.0.2.7 198.51.100.1 0x10 587",
                          "PROXY TCP4 192.0.2 198.51.100.1 49152 587",
                          "PROXY TCP4 192.0.2.256 198.51.100.1 49152 587",
                          "PROXY TCP4 192.0.2.07 198.51.100.1 49152 587",
                          "PROXY TCP4 2001:db8::7 2001:db8::1 49152 587",
                          "PROXY TCP6 192.0.2.7 198.51.100.1 49152 587",
                          "PROXY TCP6 fe80::1%lo fe80::2%lo 49152 587",
                          "PROXY TCP6 fe80::1% fe80::2% 49152 587",
                          "PROXY TCP6 [2001:db8::7] [2001:db8::1] 49152 587",
                          "PROXY TCP4 client.example.net 198.51.100.1 49152 587",
                          "PROXY TCP4\t192.0.2.7 198.51.100.1 49152 587",
                          "PROXY UNKNOWN \x80",
                          "PROXY UNKNOWN \x7f"}) {
    CAPTURE(std::string_view(bad));
    CHECK(malformed(bad + "\r\n"s));
  }
  CHECK(malformed("PROXY UNKNOWN \0\r\n"s));
}

TEST_CASE("threats: PROXY injection - version 1 ends at CRLF alone") {
  const std::string line = "PROXY TCP4 192.0.2.7 198.51.100.1 49152 587";
  CHECK(malformed(line + "\n"));
  CHECK(malformed(line + "\rEHLO"));
  CHECK(malformed(line + "\r\r\n"));
  CHECK(malformed("PROXY \rTCP4"));
}

TEST_CASE("PROXY: what begins otherwise is found out at once") {
  for (const auto& other :
       {"E"s, "PRO-"s, "\x16\x03\x01"s, "\r\n\r\nQ"s, "\n"s, "\0"s, signature.substr(0, 11) + "\r"}) {
    CAPTURE(other);
    CHECK(malformed(other));
  }
}

TEST_CASE("PROXY v2: what is no TCP has no address") {
  CHECK(says(v2(0x21, 0x00, ""), nobody));
  CHECK(says(v2(0x21, 0x00, "anything"), nobody));
  CHECK(says(v2(0x21, 0x12, four_octets), nobody));
  CHECK(says(v2(0x21, 0x22, six_octets), nobody));
  CHECK(says(v2(0x21, 0x31, std::string(216, '\0')), nobody));
  CHECK(says(v2(0x21, 0x32, std::string(216, '\0')), nobody));
  // LOCAL: whatever stands in it.
  CHECK(says(v2(0x20, 0x11, four_octets), nobody));
  CHECK(says(v2(0x20, 0xff, "x"), nobody));
}

TEST_CASE("PROXY v2: an IPv4 address in IPv6 is the IPv4 address") {
  const std::string mapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  const auto rest = mapped + four_octets.substr(0, 4) + mapped + four_octets.substr(4);
  CHECK(says(v2(0x21, 0x21, rest), four));
}

TEST_CASE("PROXY v2: TLVs are passed over") {
  const std::string tlv("\x04\x00\x03\x00\x00\x00", 6);  // PP2_TYPE_NOOP
  CHECK(says(v2(0x21, 0x11, four_octets + tlv), four));
  CHECK(says(v2(0x21, 0x21, six_octets + tlv + tlv), six));
  CHECK(says(v2(0x21, 0x11, four_octets + std::string(536 - 12, 'x')), four));
}

TEST_CASE("threats: PROXY injection - version 2 is bounded, and whole") {
  CHECK(malformed(v2(0x21, 0x11, four_octets + std::string(537 - 12, 'x'))));
  CHECK(malformed(v2(0x20, 0x00, std::string(537, 'x'))));
  CHECK(malformed(v2(0x21, 0x11, four_octets.substr(1))));
  CHECK(malformed(v2(0x21, 0x11, "")));
  CHECK(malformed(v2(0x21, 0x21, six_octets.substr(1))));
  CHECK(malformed(v2(0x21, 0x21, four_octets)));
}

TEST_CASE("PROXY v2: other versions, commands, families and protocols are refused") {
  for (const int command : {0x00, 0x01, 0x11, 0x22, 0x2f, 0x30, 0x31, 0xff}) {
    CAPTURE(command);
    CHECK(malformed(v2(static_cast<unsigned char>(command), 0x11, four_octets)));
  }
  for (const int family : {0x01, 0x02, 0x10, 0x13, 0x20, 0x23, 0x30, 0x33, 0x41, 0xff}) {
    CAPTURE(family);
    CHECK(malformed(v2(0x21, static_cast<unsigned char>(family), six_octets)));
  }
}
