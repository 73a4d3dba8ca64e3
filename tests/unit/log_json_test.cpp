#include "shim/ops/log_json.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

using namespace clientid;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::system_clock::time_point moment = std::chrono::sys_days(std::chrono::year(2026) / 12 / 31) + 23h;

std::string line_with(const std::string& value) {
  return log::json_line(log::Level::info, "auth", {{"account", value}}, moment);
}

}  // namespace

TEST_CASE("an event is one object, with time, level and event before its fields") {
  CHECK(log::json_line(log::Level::info, "auth", {{"peer", "192.0.2.7"}, {"account", "a b"}}, moment) ==
        R"({"time":"2026-12-31T23:00:00.000Z","level":"info","event":"auth","peer":"192.0.2.7","account":"a b"})");
  CHECK(log::json_line(log::Level::error, "plain", {}, moment + 59min + 59s + 7ms) ==
        R"({"time":"2026-12-31T23:59:59.007Z","level":"error","event":"plain"})");
  CHECK(log::json_line(log::Level::warning, "w", {}, moment).find(R"("level":"warning")") != std::string::npos);
  CHECK(log::json_line(log::Level::debug, "d", {}, moment).find(R"("level":"debug")") != std::string::npos);
}

TEST_CASE("threats: log injection - whatever a value holds, it stays a value and the line stays ASCII") {
  for (int octet = 0; octet < 256; ++octet) {
    const auto line = line_with("a" + std::string(1, static_cast<char>(octet)) + "\",\"peer\":\"192.0.2.66");
    CAPTURE(octet);
    for (const char c : line) CHECK((c >= ' ' && c <= '~'));
    const auto object = nlohmann::json::parse(line);
    CHECK(object.size() == 4);
    CHECK_FALSE(object.contains("peer"));
  }
  CHECK(line_with("\xE2\x80\xA8").ends_with("\"account\":\"\\u2028\"}"));
  CHECK(line_with("a\xFF").ends_with("\"account\":\"a\\ufffd\"}"));
}

TEST_CASE("threats: floods - a value is cut at 512 octets") {
  CHECK(nlohmann::json::parse(line_with(std::string(513, 'x')))["account"] == std::string(512, 'x'));
}
