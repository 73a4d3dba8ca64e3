#include "plugin/identity/form.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "plugin/config/config_error.hpp"
#include "plugin/identity/mac_vendors.hpp"
#include "tests/unit/vendor_lists.hpp"

using namespace clientid;

namespace {

std::string fault(std::string_view text) {
  try {
    FormRule::parse(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

// What is seen, with "fits: " before it if it fits.
std::string check(std::string_view rule, std::string_view token) {
  static const VendorLists lists;
  static const MacVendors vendors({lists.directory()});
  const auto result = check_form(FormRule::parse(rule), token, vendors);
  return (result.fits ? "fits: " : "") + result.saw;
}

std::string uuid(std::string_view token) {
  return check("uuid", token);
}

std::string mac(std::string_view token) {
  return check("mac", token);
}

}  // namespace

TEST_CASE("D7.4: rules come back") {
  for (const auto* text : {"none", "uuid", "mac", "regex:[0-9]{15}", "regex: uuid ", "regex:regex:"}) {
    CAPTURE(text);
    CHECK(FormRule::parse(text).to_string() == text);
    CHECK(FormRule::parse(text).is_none() == (std::string_view(text) == "none"));
  }
  CHECK(FormRule().to_string() == "none");
  CHECK(FormRule().is_none());
}

TEST_CASE("D7.4: what is no rule") {
  for (const auto* text : {"", "UUID", "uuid ", "mac,uuid", "regex", "[0-9]+", "imei"}) {
    CAPTURE(text);
    CHECK(fault(text) == "cannot be \"" + std::string(text) + "\"; it takes none, uuid, mac or regex:PATTERN");
  }
}

TEST_CASE("D7.4: what is wrong with a pattern is said") {
  CHECK(fault("regex:").find("is empty") != std::string::npos);
  CHECK(fault("regex:(a").find("cannot be used: missing ): (a") != std::string::npos);
  CHECK(fault("regex:(?=a)b").find("cannot be used: ") != std::string::npos);
  CHECK(fault("regex:(a)\\1").find("cannot be used: ") != std::string::npos);
  CHECK(fault("regex:" + std::string(200, 'a')).empty());
  CHECK(fault("regex:" + std::string(201, 'a')).find("has 201 characters; it may have 200") != std::string::npos);
  for (const auto* text : {"regex:a\nb", "regex:\x1b[1m", "regex:\xC3\xA4", "regex:\x7f"}) {
    CHECK(fault(text).find("is not of printable ASCII characters") != std::string::npos);
  }
}

TEST_CASE("D7.4: no rule, and everything fits") {
  for (const auto* token : {"", "x", "00000000-0000-0000-0000-000000000000"}) {
    CHECK(check("none", token) == "fits: any form");
    CHECK(check_form(FormRule(), token).fits);
  }
}

TEST_CASE("D7.4: a UUID is one of RFC 9562") {
  CHECK(uuid("f81d4fae-7dec-11d0-a765-00a0c91e6bf6") == "fits: a UUID of version 1");
  CHECK(uuid("919108f7-52d1-4320-9bac-f847db4148a8") == "fits: a UUID of version 4");
  CHECK(uuid("919108F7-52D1-4320-9BAC-F847dB4148a8") == "fits: a UUID of version 4");
  for (const char variant : {'8', '9', 'a', 'b', 'A', 'B'}) {
    for (char version = '1'; version <= '8'; ++version) {
      const auto text = std::string("017f22e2-79b0-") + version + "cc3-" + variant + "8c4-dc0c0c07398f";
      CAPTURE(text);
      CHECK(uuid(text) == std::string("fits: a UUID of version ") + version);
    }
  }
}

TEST_CASE("D7.4: other variants and versions") {
  CHECK(uuid("00000000-0000-0000-0000-000000000000") == "a UUID of another variant");
  CHECK(uuid("ffffffff-ffff-ffff-ffff-ffffffffffff") == "a UUID of another variant");
  for (const char variant : {'0', '7', 'c', 'd', 'e', 'f', 'C', 'F'}) {
    CAPTURE(variant);
    CHECK(uuid(std::string("017f22e2-79b0-4cc3-") + variant + "8c4-dc0c0c07398f") == "a UUID of another variant");
  }
  for (const auto& [digit, number] : {std::pair('0', 0), {'9', 9}, {'a', 10}, {'F', 15}}) {
    CHECK(uuid(std::string("017f22e2-79b0-") + digit + "cc3-98c4-dc0c0c07398f") ==
          "a UUID of version " + std::to_string(number) + ", which RFC 9562 does not define");
  }
}

TEST_CASE("D7.4: what has not the form of a UUID") {
  for (const auto* text : {"", "919108f752d143209bacf847db4148a8", "{919108f7-52d1-4320-9bac-f847db4148a8}",
                           "urn:uuid:919108f7-52d1-4320-9bac-f847db4148a8", "919108f7-52d1-4320-9bac-f847db4148a",
                           "919108f7-52d1-4320-9bac-f847db4148a8 ", "919108f7-52d1-4320-9bac-f847db4148a80",
                           "919108g7-52d1-4320-9bac-f847db4148a8", "919108f7-52d1-4320-9bac-f847db4148ax",
                           "919108f7:52d1:4320:9bac:f847db4148a8", "919108f-752d1-4320-9bac-f847db4148a8",
                           "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"}) {
    CAPTURE(text);
    CHECK(uuid(text) == "no UUID");
  }
}

TEST_CASE("D7.4: a MAC address in its four spellings") {
  for (const auto* text : {"00:22:72:ab:cd:ef", "00-22-72-AB-CD-EF", "002272aBcDeF", "0022.72ab.cdef"}) {
    CAPTURE(text);
    CHECK(mac(text) == "fits: a MAC address of a registered vendor");
  }
  for (const auto* text :
       {"", "00:22:72:ab:cd", "00:22:72:ab:cd:e", "00:22:72:ab:cd:ef:00", "00:22:72:ab:cd:ef:00:01", "0:22:72:ab:cd:ef",
        "00:22:72-ab-cd-ef", "00:22:72:ab:cd-ef", "002272abcde", "002272abcdefa", "0022:72ab:cdef", "0022.72ab.cdeg",
        "00 22 72 ab cd ef", "00:22:72:ab:cd:ef ", "00:22:72:ab:cd:eg", "00.22.72.ab.cd.ef", "0x2272abcdef"}) {
    CAPTURE(text);
    CHECK(mac(text) == "no MAC address");
  }
}

TEST_CASE("D7.4: a MAC address is universally administered, of one device, and of a registered vendor") {
  CHECK(mac("02:aa:bb:00:00:01") == "a MAC address, locally administered");
  CHECK(mac("01:aa:bb:00:00:01") == "a MAC address, of a group");
  CHECK(mac("ff:ff:ff:ff:ff:ff") == "a MAC address, of a group");
  CHECK(mac("00:22:73:00:00:01") == "a MAC address, vendor not registered");
  CHECK(mac("70:b3:d5:f2:f0:01") == "fits: a MAC address of a registered vendor");
  CHECK(mac("70:b3:d5:f3:00:01") == "a MAC address, vendor not registered");
}

TEST_CASE("D7.4: without the lists of vendors a MAC address fits by what else it has") {
  const auto rule = FormRule::parse("mac");
  const MacVendors none({"/nowhere"});
  const auto result = check_form(rule, "00:22:73:00:00:01", none);
  CHECK(result.fits);
  CHECK(result.saw == "a MAC address; its vendor was not looked up, as ieee-data is not installed");
  CHECK_FALSE(check_form(rule, "02:22:73:00:00:01", none).fits);
  CHECK_FALSE(check_form(rule, "00:22:73:00:00", none).fits);
}

TEST_CASE("D7.4: a pattern matches the whole token") {
  CHECK(check("regex:[0-9]{15}", "490154203237518") == "fits: matches regex:[0-9]{15}");
  for (const auto* text : {"", "49015420323751", "4901542032375180", " 490154203237518", "490154203237518x"}) {
    CAPTURE(text);
    CHECK(check("regex:[0-9]{15}", text) == "does not match regex:[0-9]{15}");
  }
  CHECK(check("regex:a|bc", "bc").starts_with("fits"));
  CHECK_FALSE(check("regex:a|bc", "ac").starts_with("fits"));
  CHECK_FALSE(check("regex:a$", "a\n").starts_with("fits"));
  CHECK(check("regex:abc", "ABC") == "does not match regex:abc");
  CHECK(check("regex:(?i)abc", "ABC").starts_with("fits"));
  CHECK(check("regex:(a)(b)", "ab").starts_with("fits"));
}

TEST_CASE("D7.4: a copy of a rule does what the rule does") {
  FormRule copy;
  {
    const auto rule = FormRule::parse("regex:ab*");
    copy = rule;
  }
  CHECK(copy.to_string() == "regex:ab*");
  CHECK(check_form(copy, "abbb").fits);
  CHECK_FALSE(check_form(copy, "abc").fits);
}

TEST_CASE("threats: floods - a token cannot make a pattern slow") {
  // Where a matcher goes back, each of these takes longer than anybody waits.
  for (const auto* text : {"regex:(x+x+)+y", "regex:(x*)*y", "regex:(x|x)*y", "regex:.*x.{100}y.*"}) {
    CAPTURE(text);
    const auto rule = FormRule::parse(text);
    CHECK_FALSE(check_form(rule, std::string(4096, 'x')).fits);
  }
}
