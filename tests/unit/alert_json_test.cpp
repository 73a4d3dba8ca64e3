#include "shim/ops/alert_json.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace clientid;

namespace {

const Time noon{std::chrono::seconds(1'700'000'000)};

}  // namespace

TEST_CASE("an alert as JSON, with all its fields") {
  const MergedAlert alert{{.kind = AlertKind::device_bound,
                           .at = noon,
                           .account = "alice@example.com",
                           .type = "uuid",
                           .fingerprint = "3fa901bc77d20e11",
                           .peer = "192.0.2.7",
                           .reason = "unbound",
                           .detail = "first of 5"},
                          noon,
                          noon + std::chrono::seconds(60),
                          3};
  CHECK(alert_json(alert, "mail.example.com") ==
        R"({"kind":"device-bound","account":"alice@example.com","type":"uuid","fingerprint":"3fa901bc77d20e11",)"
        R"("peer":"192.0.2.7","reason":"unbound","detail":"first of 5","first":"2023-11-14T22:13:20Z",)"
        R"("last":"2023-11-14T22:14:20Z","count":3,"host":"mail.example.com"})"
        "\n");
}

TEST_CASE("what is empty is null") {
  const MergedAlert alert{{.kind = AlertKind::attack_mode, .at = noon}, noon, noon};
  const auto json = nlohmann::json::parse(alert_json(alert, "h"));
  for (const auto* name : {"account", "type", "fingerprint", "peer", "reason", "detail"}) {
    CAPTURE(name);
    CHECK(json.at(name).is_null());
  }
  CHECK(json.at("count") == 1);
}

TEST_CASE("it is one line of valid JSON whatever the octets") {
  std::string octets;
  for (int i = 0; i < 256; ++i) octets += static_cast<char>(i);
  const MergedAlert alert{{.at = noon, .account = octets, .detail = octets}, noon, noon};
  const auto text = alert_json(alert, "h");
  CHECK(text.find('\n') == text.size() - 1);
  CHECK(nlohmann::json::accept(text));
}
