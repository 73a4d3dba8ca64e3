#include "plugin/identity/mac_vendors.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/unit/vendor_lists.hpp"

using namespace clientid;
using Answer = MacVendors::Answer;

TEST_CASE("D7.4: a vendor has a block of 24, 28 or 36 bits") {
  const VendorLists lists;
  const MacVendors vendors({lists.directory()});
  CHECK(vendors.look_up(0x002272000000) == Answer::registered);
  CHECK(vendors.look_up(0x002272ffffff) == Answer::registered);
  CHECK(vendors.look_up(0x002271ffffff) == Answer::not_registered);
  CHECK(vendors.look_up(0x002273000000) == Answer::not_registered);
  CHECK(vendors.look_up(0x741ae0900000) == Answer::registered);
  CHECK(vendors.look_up(0x741ae09fffff) == Answer::registered);
  CHECK(vendors.look_up(0x741ae08fffff) == Answer::not_registered);
  CHECK(vendors.look_up(0x741ae0a00000) == Answer::not_registered);
  CHECK(vendors.look_up(0x70b3d5f2f000) == Answer::registered);
  CHECK(vendors.look_up(0x70b3d5f2ffff) == Answer::registered);
  CHECK(vendors.look_up(0x70b3d5f2efff) == Answer::not_registered);
  CHECK(vendors.look_up(0x70b3d5f30000) == Answer::not_registered);
  CHECK(vendors.look_up(0x0050c27d5fff) == Answer::registered);
  CHECK(vendors.look_up(0x0050c27d6000) == Answer::not_registered);
}

TEST_CASE("D7.4: lines with quotes, line breaks, carriage returns, great length and without an end") {
  VendorLists lists;
  std::string long_name;
  for (int i = 0; i < 10'000; ++i) long_name += "MA-L,000007,";
  lists.write("oui",
              "Registry,Assignment,Organization Name,Organization Address\r\n"
              "MA-L,000001,\"A, Inc\",\"Street\nCity\"\r\n"
              "MA-L,000002,x" +
                  long_name +
                  ",\r\n"
                  "MA-L,000003,C,\r\n"
                  "\n"
                  "MA-L,00000G,no digit,\r\n"
                  "MA-L,0000044,too long,\r\n"
                  "MA-L,00005,too short,\r\n"
                  "MA-M,000006,of another registry,\r\n"
                  "MA-L,00abcd,Lower,\r\n"
                  "MA-L,000008,");
  const MacVendors vendors({lists.directory()});
  for (const unsigned registered : {1U, 2U, 3U, 8U, 0xabcdU}) {
    CAPTURE(registered);
    CHECK(vendors.look_up(std::uint64_t{registered} << 24U) == Answer::registered);
  }
  for (const unsigned other : {0U, 4U, 5U, 6U, 7U}) {
    CAPTURE(other);
    CHECK(vendors.look_up(std::uint64_t{other} << 24U) == Answer::not_registered);
  }
}

TEST_CASE("D7.4: the first directory that has all the lists counts") {
  const VendorLists lists;
  VendorLists others;
  others.write("oui", "MA-L,AABBCC,Other,\n");
  CHECK(MacVendors({lists.directory(), others.directory()}).look_up(0xaabbcc000000) == Answer::not_registered);
  CHECK(MacVendors({"/nowhere", others.directory()}).look_up(0xaabbcc000000) == Answer::registered);
  for (const auto* missing : {"oui", "mam", "oui36", "iab"}) {
    CAPTURE(missing);
    VendorLists damaged;
    damaged.write(missing, "Registry,Assignment,Organization Name,Organization Address\n");
    CHECK(MacVendors({damaged.directory()}).look_up(0x002272000000) == Answer::no_lists);
    CHECK(MacVendors({damaged.directory(), others.directory()}).look_up(0xaabbcc000000) == Answer::registered);
  }
  CHECK(MacVendors({"/nowhere"}).look_up(0x002272000000) == Answer::no_lists);
  CHECK(MacVendors({}).look_up(0x002272000000) == Answer::no_lists);
}

TEST_CASE("D7.4: the lists are read once, when they are needed") {
  VendorLists lists;
  const MacVendors vendors({lists.directory()});
  lists.write("oui", "MA-L,AABBCC,Newer,\n");
  std::vector<std::thread> threads;
  std::array<Answer, 8> answers{};
  for (auto& answer : answers) {
    threads.emplace_back([&] { answer = vendors.look_up(0xaabbcc000000); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto answer : answers) CHECK(answer == Answer::registered);
  lists.write("oui", "MA-L,002272,Newest,\n");
  CHECK(vendors.look_up(0xaabbcc000000) == Answer::registered);
}

TEST_CASE("D7.4: the lists of this machine") {
  const auto& vendors = MacVendors::of_this_machine();
  if (!std::filesystem::exists("/usr/share/ieee-data/oui.csv")) {
    MESSAGE("skipped: ieee-data is not installed");
    return;
  }
  CHECK(vendors.look_up(0x00000c123456) == Answer::registered);      // Cisco, MA-L
  CHECK(vendors.look_up(0x741ae0912345) == Answer::registered);      // private, MA-M
  CHECK(vendors.look_up(0x70b3d5f2f123) == Answer::registered);      // MA-S
  CHECK(vendors.look_up(0x0050c27d5123) == Answer::registered);      // IAB
  CHECK(vendors.look_up(0x00ffffffffff) == Answer::not_registered);  // nobody's
}
