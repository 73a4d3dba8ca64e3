#include "plugin/config/finding.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace clientid;

TEST_CASE("an error is what is wrong, and behind the first semicolon how to mend it") {
  const auto finding = fault("key", "k: open to others; mend it with: chmod o= k; then go on");
  CHECK(finding.name == "key");
  CHECK(finding.result == Found::wrong);
  CHECK(finding.detail == "k: open to others");
  CHECK(finding.mend == "mend it with: chmod o= k; then go on");
  CHECK(fault("key", "no way").detail == "no way");
  CHECK(fault("key", "no way").mend.empty());
}

TEST_CASE("a finding is the same behind JSON") {
  for (const auto result : {Found::ok, Found::note, Found::wrong}) {
    const auto object = to_json({"clock", result, "", "set it"});
    CHECK(object["detail"].is_null());
    const auto again = finding_of(object);
    REQUIRE(again);
    CHECK(again->name == "clock");
    CHECK(again->result == result);
    CHECK(again->detail.empty());
    CHECK(again->mend == "set it");
  }
}

TEST_CASE("what is no finding is none") {
  for (const char* text : {"1", "[]", "{}", R"({"settings": {}})", R"({"name": "x", "result": "good"})"}) {
    CAPTURE(text);
    CHECK_FALSE(finding_of(nlohmann::ordered_json::parse(text)));
  }
}
