#include "plugin/policy/settings.hpp"

#include <doctest/doctest.h>

#include "plugin/config/config_error.hpp"

using namespace clientid;
using namespace std::chrono_literals;

namespace {

const Time start{1'700'000'000s};  // 2023-11-14T22:13:20Z

SettingsLevel level(std::initializer_list<std::pair<std::string, std::string>> settings) {
  SettingsLevel made;
  for (const auto& [name, value] : settings) set(made, name, value, start);
  return made;
}

// The one spelling of a value, or "none" where it is not one.
std::string spelling(const std::string& name, const std::string& value) {
  SettingsLevel made;
  try {
    set(made, name, value, start);
  } catch (const ConfigError&) {
    CHECK(values(made).empty());
    return "none";
  }
  const auto all = values(made);
  REQUIRE(all.size() == 1);
  CHECK(all.front().name == name);
  return all.front().value;
}

std::string text(const std::vector<SettingValue>& settings) {
  std::string all;
  for (const auto& [name, value] : settings) all += name + "=" + value + " ";
  return all;
}

std::string fault(const std::string& name, const std::string& value) {
  SettingsLevel made;
  try {
    set(made, name, value, start);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("the settings are those of the policy's table, in its order") {
  std::string names;
  for (const auto name : setting_names()) names += std::string(name) + " ";
  CHECK(names ==
        "mode absent max-devices when-full learn-until require-types allow-types deny-types trusted-networks "
        "on-store-failure device-attempts device-failures address-attempts address-failures account-attempts "
        "account-failures absent-attempts absent-failures ipv4-prefix ipv6-prefix max-accounts-per-device "
        "device-sessions two-places travel-time detect-account detect-device detect-address detect-all "
        "detect-all-mode detect-for ");
}

TEST_CASE("settings of what is counted over accounts, or read without one, are for all accounts alone") {
  std::string names;
  for (const auto name : setting_names()) {
    if (is_global_only(name)) names += std::string(name) + " ";
  }
  CHECK(names ==
        "on-store-failure ipv4-prefix ipv6-prefix detect-device detect-address detect-all detect-all-mode detect-for ");
  CHECK_FALSE(is_global_only("nonsense"));
}

TEST_CASE("defaults, and they are safe") {
  CHECK(text(values(effective({}))) ==
        "mode=learn absent=allow max-devices=5 when-full=quarantine learn-until= require-types= allow-types= "
        "deny-types= trusted-networks= on-store-failure=refuse device-attempts=none device-failures=20/10m "
        "address-attempts=none address-failures=100/10m account-attempts=none account-failures=50/10m "
        "absent-attempts=none absent-failures=20/10m ipv4-prefix=32 ipv6-prefix=64 max-accounts-per-device=10 "
        "device-sessions=100 two-places=alert travel-time=2h detect-account=20/10m detect-device=10/1h "
        "detect-address=30/10m detect-all=1000/10m detect-all-mode=alert detect-for=1h ");
  CHECK(text(values(Settings())) == text(values(effective({}))));
  CHECK(values(SettingsLevel()).empty());
}

TEST_CASE("words") {
  for (const auto& [setting, words] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"mode", {"off", "observe", "learn", "quarantine", "enforce"}},
           {"absent", {"allow", "until-bound", "refuse"}},
           {"when-full", {"quarantine", "refuse"}},
           {"on-store-failure", {"refuse", "allow"}},
           {"two-places", {"off", "alert", "refuse"}},
           {"detect-all-mode", {"alert", "valid-only", "known-only"}}}) {
    for (const auto& word : words) CHECK(spelling(setting, word) == word);
    for (const auto* other : {"", "on", "Refuse", "refuse ", " allow", "enforce,learn", "0"}) {
      const auto name = setting;
      CAPTURE(name);
      CAPTURE(std::string_view(other));
      CHECK(spelling(setting, other) == "none");
    }
  }
  CHECK(level({{"mode", "off"}}).mode == Mode::off);
  CHECK(level({{"mode", "observe"}}).mode == Mode::observe);
  CHECK(level({{"mode", "learn"}}).mode == Mode::learn);
  CHECK(level({{"mode", "quarantine"}}).mode == Mode::quarantine);
  CHECK(level({{"mode", "enforce"}}).mode == Mode::enforce);
  CHECK(level({{"absent", "allow"}}).absent == Absent::allow);
  CHECK(level({{"absent", "until-bound"}}).absent == Absent::until_bound);
  CHECK(level({{"absent", "refuse"}}).absent == Absent::refuse);
  CHECK(level({{"when-full", "quarantine"}}).when_full == WhenFull::quarantine);
  CHECK(level({{"when-full", "refuse"}}).when_full == WhenFull::refuse);
  CHECK(level({{"on-store-failure", "refuse"}}).on_store_failure == OnStoreFailure::refuse);
  CHECK(level({{"on-store-failure", "allow"}}).on_store_failure == OnStoreFailure::allow);
}

TEST_CASE("max-devices is a number from 0 to 1000") {
  CHECK(spelling("max-devices", "0") == "0");
  CHECK(spelling("max-devices", "1000") == "1000");
  CHECK(spelling("max-devices", "007") == "7");
  for (const auto* bad : {"", "1001", "-1", "+1", " 1", "1 ", "1.0", "many", "0x1", "99999999999999999999"}) {
    CAPTURE(std::string_view(bad));
    CHECK(spelling("max-devices", bad) == "none");
  }
}

TEST_CASE("learn-until is a time, or a duration from now") {
  CHECK(spelling("learn-until", "2026-12-31T12:00:00Z") == "2026-12-31T12:00:00Z");
  CHECK(spelling("learn-until", "2026-12-31") == "2026-12-31T00:00:00Z");
  CHECK(spelling("learn-until", "1d") == "2023-11-15T22:13:20Z");
  for (const auto* bad : {"", "soon", "14", "2026-02-30"}) CHECK(spelling("learn-until", bad) == "none");
}

TEST_CASE("lists of types are globs of what a type can be, in lower case") {
  for (const auto* name : {"require-types", "allow-types", "deny-types"}) {
    CAPTURE(std::string_view(name));
    CHECK(spelling(name, "uuid") == "uuid");
    CHECK(spelling(name, "UUID, TLS-* ,  mac?") == "uuid,tls-*,mac?");
    CHECK(spelling(name, "*") == "*");
    CHECK(spelling(name, "").empty());
    CHECK(spelling(name, "abcdefghijklmno*") == "abcdefghijklmno*");
    for (const auto* bad :
         {",", "uuid,,mac", ",uuid", " ", "u id", "u_id", "[u]uid", "abcdefghijklmnopq", "uuid;mac"}) {
      CAPTURE(std::string_view(bad));
      CHECK(spelling(name, bad) == "none");
    }
  }
  CHECK(*level({{"deny-types", "a,b"}}).deny_types == std::vector<std::string>{"a", "b"});
  CHECK(level({{"deny-types", ""}}).deny_types->empty());
}

TEST_CASE("trusted networks, with or without an end") {
  CHECK(spelling("trusted-networks", "192.0.2.0/24 , 2001:db8::/32@2026-12-31,192.0.2.7@1d") ==
        "192.0.2.0/24,2001:db8::/32@2026-12-31T00:00:00Z,192.0.2.7/32@2023-11-15T22:13:20Z");
  CHECK(spelling("trusted-networks", "").empty());
  const auto networks = level({{"trusted-networks", "192.0.2.0/24,::1@1h"}}).trusted_networks;
  REQUIRE(networks);
  REQUIRE(networks->size() == 2);
  CHECK(networks->at(0).until == std::nullopt);
  CHECK(networks->at(1).until == start + 1h);
  for (const auto* bad : {"192.0.2.7/24", "localhost", "192.0.2.0/24@", "192.0.2.0/24@soon", "@1d", "192.0.2.7,,::1"}) {
    CAPTURE(std::string_view(bad));
    CHECK(spelling("trusted-networks", bad) == "none");
  }
}

TEST_CASE("what is stored can be read again") {
  const std::string rate = "7/90m";
  const std::string number = "17";
  const std::string time = "3h";
  const auto made = level({{"mode", "quarantine"},
                           {"absent", "until-bound"},
                           {"max-devices", "17"},
                           {"when-full", "refuse"},
                           {"learn-until", "14d"},
                           {"require-types", "uuid,tls-*"},
                           {"allow-types", "*"},
                           {"deny-types", ""},
                           {"trusted-networks", "192.0.2.0/24@90d,2001:db8::/32"},
                           {"on-store-failure", "allow"},
                           {"device-attempts", rate},
                           {"device-failures", rate},
                           {"address-attempts", rate},
                           {"address-failures", rate},
                           {"account-attempts", rate},
                           {"account-failures", rate},
                           {"absent-attempts", rate},
                           {"absent-failures", rate},
                           {"ipv4-prefix", "24"},
                           {"ipv6-prefix", "48"},
                           {"max-accounts-per-device", number},
                           {"device-sessions", number},
                           {"two-places", "refuse"},
                           {"travel-time", time},
                           {"detect-account", rate},
                           {"detect-device", rate},
                           {"detect-address", rate},
                           {"detect-all", rate},
                           {"detect-all-mode", "valid-only"},
                           {"detect-for", time}});
  const auto stored = values(made);
  CHECK(stored.size() == setting_names().size());
  SettingsLevel read;
  for (const auto& [name, value] : stored) set(read, name, value, Time{});
  CHECK(text(values(read)) == text(stored));
}

TEST_CASE("a time far off is refused, or can be read again") {
  for (const auto* name : {"learn-until", "trusted-networks"}) {
    CAPTURE(std::string_view(name));
    const auto value = std::string(name == std::string("learn-until") ? "" : "::1@") + "3000000d";
    const auto stored = spelling(name, value);
    if (stored != "none") CHECK(spelling(name, stored) == stored);
  }
}

TEST_CASE("errors name the setting, the value and what it takes") {
  CHECK(fault("mode", "strict") == "mode: cannot be \"strict\"; it takes off, observe, learn, quarantine or enforce");
  CHECK(fault("max-devices", "1001") == "max-devices: cannot be \"1001\"; it takes a number from 0 to 1000");
  for (const auto name : setting_names()) {
    const auto said = fault(std::string(name), "!");
    CHECK(said.starts_with(std::string(name) + ": cannot be \"!\"; it takes "));
  }
  const auto unknown = fault("mood", "off");
  CHECK(unknown.starts_with("no setting is named mood; there are: "));
  for (const auto name : setting_names()) CHECK(unknown.find(" " + std::string(name)) != std::string::npos);
  SettingsLevel made;
  CHECK_THROWS_AS(unset(made, "mood"), ConfigError);
}

TEST_CASE("a value that is refused leaves the one that was there") {
  auto made = level({{"mode", "enforce"}});
  CHECK_THROWS_AS(set(made, "mode", "strict", start), ConfigError);
  CHECK(made.mode == Mode::enforce);
}

TEST_CASE("unset leaves one setting to the next level, and no other") {
  auto made = level({{"mode", "enforce"}, {"max-devices", "1"}});
  unset(made, "mode");
  CHECK(text(values(made)) == "max-devices=1 ");
  unset(made, "mode");
  CHECK(text(values(made)) == "max-devices=1 ");
}

TEST_CASE("the most specific level wins, setting by setting") {
  const auto full = [](const std::string& mode, const std::string& absent, const std::string& number,
                       const std::string& word, const std::string& types) {
    const bool refuse = word == "refuse";
    const auto rate = number + "/1h";
    const auto time = number + "h";
    return level({{"mode", mode},
                  {"absent", absent},
                  {"max-devices", number},
                  {"when-full", word},
                  {"learn-until", number + "d"},
                  {"require-types", types},
                  {"allow-types", types},
                  {"deny-types", types},
                  {"trusted-networks", "192.0.2." + number},
                  {"on-store-failure", refuse ? "refuse" : "allow"},
                  {"device-attempts", rate},
                  {"device-failures", rate},
                  {"address-attempts", rate},
                  {"address-failures", rate},
                  {"account-attempts", rate},
                  {"account-failures", rate},
                  {"absent-attempts", rate},
                  {"absent-failures", rate},
                  {"ipv4-prefix", "2" + number},
                  {"ipv6-prefix", "4" + number},
                  {"max-accounts-per-device", number},
                  {"device-sessions", number},
                  {"two-places", refuse ? "refuse" : "off"},
                  {"travel-time", time},
                  {"detect-account", rate},
                  {"detect-device", rate},
                  {"detect-address", rate},
                  {"detect-all", rate},
                  {"detect-all-mode", refuse ? "alert" : "known-only"},
                  {"detect-for", time}});
  };
  const auto account = full("enforce", "until-bound", "1", "refuse", "a");
  const auto domain = full("quarantine", "refuse", "2", "quarantine", "b");
  const auto global = full("observe", "allow", "3", "refuse", "c");
  const SettingsLevel none;
  CHECK(text(values(effective({&account, &domain, &global}))) == text(values(account)));
  CHECK(text(values(effective({&none, &domain, &global}))) == text(values(domain)));
  CHECK(text(values(effective({&none, &none, &global}))) == text(values(global)));

  const auto part = level({{"max-devices", "9"}});
  auto expected = domain;
  expected.max_devices = 9;
  CHECK(text(values(effective({&part, &domain, &global}))) == text(values(expected)));
}

TEST_CASE("an empty list of a specific level hides the list of a general one") {
  const auto account = level({{"deny-types", ""}});
  const auto global = level({{"deny-types", "mac"}});
  CHECK(effective({&account, &global}).deny_types.empty());
}

TEST_CASE("UC5 absent is by default what the mode in force makes of it") {
  for (const auto& [word, absent] : std::vector<std::pair<std::string, Absent>>{{"observe", Absent::allow},
                                                                                {"learn", Absent::allow},
                                                                                {"quarantine", Absent::refuse},
                                                                                {"enforce", Absent::refuse}}) {
    const auto mode = word;
    CAPTURE(mode);
    const auto account = level({{"mode", mode}});
    const auto global = level({{"mode", "learn"}});
    CHECK(effective({&account, &global}).absent == absent);
  }
  const auto account = level({{"mode", "enforce"}});
  const auto global = level({{"absent", "allow"}});
  CHECK(effective({&account, &global}).absent == Absent::allow);
}

TEST_CASE("one setting by its name") {
  const auto made = level({{"max-devices", "9"}});
  const auto settings = effective({&made});
  CHECK(setting_text(settings, "max-devices") == "9");
  CHECK(setting_text(settings, "mode") == "learn");
  CHECK(setting_text(settings, "learn-until").empty());
  CHECK(setting_text(settings, "mood").empty());
}
