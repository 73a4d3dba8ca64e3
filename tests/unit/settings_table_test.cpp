#include "plugin/store/settings_table.hpp"

#include <doctest/doctest.h>

#include "plugin/store/settings_reader.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

const std::string alice = "alice@example.com";

SettingsLevel level(std::initializer_list<std::pair<std::string, std::string>> settings) {
  SettingsLevel made;
  for (const auto& [name, value] : settings) set(made, name, value, at(0));
  return made;
}

std::string text(const SettingsLevel& level) {
  std::string all;
  for (const auto& [name, value] : values(level)) all += name + "=" + value + " ";
  return all;
}

}  // namespace

TEST_CASE("every setting comes back") {
  const TemporaryStore store;
  auto connection = store.open();
  SettingsTable table(connection);
  const auto made = level({{"mode", "enforce"},
                           {"absent", "until-bound"},
                           {"max-devices", "7"},
                           {"when-full", "refuse"},
                           {"learn-until", "14d"},
                           {"require-types", "uuid,tls-*"},
                           {"allow-types", "uuid"},
                           {"deny-types", ""},
                           {"trusted-networks", "192.0.2.0/24,2001:db8::/32@2026-12-31"},
                           {"on-store-failure", "allow"},
                           {"device-failures", "7/90m"},
                           {"absent-attempts", "none"},
                           {"ipv6-prefix", "56"},
                           {"device-sessions", "17"},
                           {"max-accounts-per-device", "none"},
                           {"two-places", "refuse"},
                           {"travel-time", "3h"},
                           {"detect-all-mode", "known-only"}});
  for (const auto* scope : {"", "alice@example.com", "@example.com"}) {
    table.save(scope, made);
    CHECK(text(table.load(scope)) == text(made));
  }
}

TEST_CASE("saving replaces one level and no other") {
  const TemporaryStore store;
  auto connection = store.open();
  SettingsTable table(connection);
  for (const auto* scope : {"", "alice@example.com", "@example.com"}) table.save(scope, level({{"mode", "off"}}));
  table.save("alice@example.com", level({{"max-devices", "1"}}));
  CHECK(text(table.load("alice@example.com")) == "max-devices=1 ");
  CHECK(text(table.load("@example.com")) == "mode=off ");
  CHECK(text(table.load("")) == "mode=off ");
  table.save("", {});
  CHECK(text(table.load("")).empty());
  CHECK(text(table.load("@example.com")) == "mode=off ");
}

TEST_CASE("the most specific level wins") {
  const TemporaryStore store;
  auto connection = store.open();
  SettingsTable table(connection);
  CHECK(SettingsReader(connection).read(alice).max_devices == Settings().max_devices);
  table.save("", level({{"max-devices", "10"}, {"mode", "observe"}, {"when-full", "refuse"}}));
  table.save("@example.com", level({{"max-devices", "20"}, {"mode", "enforce"}}));
  table.save(alice, level({{"max-devices", "30"}}));

  const auto settings = SettingsReader(connection).read(alice);
  CHECK(settings.max_devices == 30);
  CHECK(settings.mode == Mode::enforce);
  CHECK(settings.when_full == WhenFull::refuse);
  CHECK(SettingsReader(connection).read("bob@example.com").max_devices == 20);
  CHECK(SettingsReader(connection).read("alice@example.org").max_devices == 10);
  CHECK(SettingsReader(connection).read("alice@sub.example.com").max_devices == 10);
}

TEST_CASE("a value that this program cannot read is an error, and is not shown") {
  const TemporaryStore store;
  auto connection = store.open();
  SettingsTable table(connection);
  std::string cause;
  SUBCASE("value") {
    execute(connection, "INSERT INTO setting (name, value) VALUES ('mode', 'strict')");
    cause = "has a value of mode that this program cannot read";
  }
  SUBCASE("name") {
    execute(connection, "INSERT INTO setting (name, value) VALUES ('mood', 'off')");
    cause = "has a setting that this program does not know";
  }
  CHECK(error_of([&] { table.load(""); }) == "store " + store.shown() + ": " + cause);
  CHECK(error_of([&] { SettingsReader(connection).read(alice); }) == "store " + store.shown() + ": " + cause);
}

TEST_CASE("a duration in the store opens nothing") {
  const TemporaryStore store;
  auto connection = store.open();
  execute(connection, "INSERT INTO setting (name, value) VALUES ('learn-until', '4w')");
  const auto settings = SettingsReader(connection).read(alice);
  REQUIRE(settings.learn_until);
  CHECK(*settings.learn_until < at(0));
}

TEST_CASE("a scope is text") {
  const TemporaryStore store;
  auto connection = store.open();
  SettingsTable table(connection);
  table.save(hostile, level({{"mode", "enforce"}}));
  CHECK(text(table.load(hostile)) == "mode=enforce ");
  CHECK(text(table.load("%")).empty());
  CHECK(SettingsReader(connection).read(hostile).mode == Mode::enforce);
  CHECK(SettingsReader(connection).read(alice).mode == Settings().mode);
}
