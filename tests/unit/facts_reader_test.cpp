#include "plugin/store/facts_reader.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "plugin/policy/account.hpp"
#include "plugin/store/bindings.hpp"
#include "plugin/store/settings_table.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

const std::string alice = "alice@example.com";
const std::string licence{any_account};

Facts read(FactsReader& reader, const std::string& account, const std::optional<Device>& device, Time when) {
  return reader.read({.service = "smtp", .account = account, .device = device, .peer = {}, .at = when}, nullptr);
}

}  // namespace

TEST_CASE("of an account that nobody knows there are the defaults") {
  const TemporaryStore store;
  auto connection = store.open();
  FactsReader reader(connection);
  for (const auto& identity : {std::optional<Device>(), std::optional(device(1))}) {
    const auto facts = read(reader, alice, identity, at(0));
    CHECK_FALSE(facts.binding);
    CHECK_FALSE(facts.licence);
    CHECK(facts.active_devices == 0);
    CHECK(facts.pending_devices == 0);
    CHECK(values(facts.settings).size() == setting_names().size());
    CHECK(facts.settings.mode == Mode::learn);
  }
}

TEST_CASE("binding and licence of this device, and of no other") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  FactsReader reader(connection);
  auto full = binding(alice, 1);
  full.expires = at(100);
  bindings.insert(full);
  bindings.insert(binding(licence, 1, BindingState::revoked));
  bindings.insert(binding(alice, 2));
  bindings.insert(binding(licence, 3));
  bindings.insert(binding("bob@example.com", 4));

  const auto both = read(reader, alice, device(1), at(0));
  REQUIRE(both.binding);
  REQUIRE(both.licence);
  CHECK(both.binding->account == alice);
  CHECK(both.binding->expires == at(100));
  CHECK(both.licence->account == licence);
  CHECK(both.licence->state == BindingState::revoked);
  CHECK(both.licence->expires == std::nullopt);

  const auto bound = read(reader, alice, device(2), at(0));
  CHECK(bound.binding->fingerprint == fingerprint(2));
  CHECK(bound.binding->expires == std::nullopt);
  CHECK_FALSE(bound.licence);

  const auto licensed = read(reader, alice, device(3), at(0));
  CHECK_FALSE(licensed.binding);
  CHECK(licensed.licence->fingerprint == fingerprint(3));

  const auto stranger = read(reader, alice, device(4), at(0));
  CHECK_FALSE(stranger.binding);
  CHECK_FALSE(stranger.licence);
  CHECK_FALSE(read(reader, alice, Device{"mac", fingerprint(1)}, at(0)).binding);
  CHECK_FALSE(read(reader, alice, std::nullopt, at(0)).binding);
}

TEST_CASE("devices are counted by account and state") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  FactsReader reader(connection);
  auto expiring = binding(alice, 1);
  expiring.expires = at(100);
  bindings.insert(expiring);
  bindings.insert(binding(alice, 2));
  bindings.insert(binding(alice, 3, BindingState::pending));
  bindings.insert(binding(alice, 4, BindingState::revoked));
  bindings.insert(binding(alice, 5, BindingState::suspended));
  bindings.insert(binding(licence, 6));
  bindings.insert(binding("bob@example.com", 7));

  CHECK(read(reader, alice, {}, at(99)).active_devices == 2);
  CHECK(read(reader, alice, {}, at(99)).pending_devices == 1);
  CHECK(read(reader, alice, {}, at(100)).active_devices == 1);
  CHECK(read(reader, "carol@example.com", {}, at(99)).active_devices == 0);

  SUBCASE("a suspension that is over") {
    bindings.set_state(5, BindingState::suspended, at(50));
    CHECK(read(reader, alice, {}, at(49)).active_devices == 2);
    CHECK(read(reader, alice, {}, at(50)).active_devices == 3);
  }
}

TEST_CASE("settings are those in force for the account") {
  const TemporaryStore store;
  auto connection = store.open();
  FactsReader reader(connection);
  SettingsTable table(connection);
  SettingsLevel level;
  level.max_devices = 1;
  table.save("", level);
  level.max_devices = 2;
  table.save("@example.com", level);
  level.max_devices = 3;
  table.save(alice, level);
  CHECK(read(reader, alice, {}, at(0)).settings.max_devices == 3);
  CHECK(read(reader, "bob@example.com", {}, at(0)).settings.max_devices == 2);
  CHECK(read(reader, "bob@example.org", {}, at(0)).settings.max_devices == 1);
}

TEST_CASE("a change of another connection is seen at the next reading") {
  const TemporaryStore store;
  auto connection = store.open();
  auto other = store.open(Durability::full);
  FactsReader reader(connection);
  CHECK_FALSE(read(reader, alice, device(1), at(0)).binding);
  CHECK(Bindings(other).enrol(binding(alice, 1), 5) == Enrolment::done);
  CHECK(read(reader, alice, device(1), at(0)).binding->state == BindingState::active);
  Bindings(other).set_state(1, BindingState::revoked, {});
  CHECK(read(reader, alice, device(1), at(0)).binding->state == BindingState::revoked);
}

TEST_CASE("a row that cannot be read is an error, and the reader works again once it is mended") {
  const TemporaryStore store;
  auto connection = store.open();
  auto other = store.open();
  Bindings(other).insert(binding(alice, 1));
  FactsReader reader(connection);
  execute(other, "UPDATE binding SET state = 'open'");
  CHECK(error_of([&] { read(reader, alice, device(1), at(0)); }) ==
        "store " + store.url() + ": binding 1 has a state that this program cannot read");
  execute(other, "UPDATE binding SET state = 'revoked'");
  CHECK(read(reader, alice, device(1), at(0)).binding->state == BindingState::revoked);
  // Nothing of the reader is left that would keep others from what they do.
  CHECK(number(other, "PRAGMA wal_checkpoint(TRUNCATE)") == 0);
}

TEST_CASE("a reader can read while the same connection writes") {
  const TemporaryStore store;
  auto connection = store.open();
  FactsReader reader(connection);
  Transaction transaction(connection);
  Bindings(connection).insert(binding(alice, 1));
  CHECK(read(reader, alice, device(1), at(0)).binding);
  transaction.commit();
  CHECK(read(reader, alice, device(1), at(0)).binding);
}

TEST_CASE("all facts are of one moment") {
  const TemporaryStore store;
  auto connection = store.open();
  SettingsLevel none;
  none.max_devices = 0;
  SettingsTable(connection).save(alice, none);
  std::atomic<bool> stop = false;
  // In every state of the store the account has as many devices as it may have.
  std::thread writer([&] {
    auto own = store.open();
    Bindings bindings(own);
    SettingsTable table(own);
    for (unsigned devices = 1; !stop; devices = 1 - devices) {
      Transaction transaction(own);
      SettingsLevel level;
      level.max_devices = devices;
      table.save(alice, level);
      if (devices == 1) {
        bindings.insert(binding(alice, 1));
      } else {
        bindings.remove(bindings.find(alice, "uuid", fingerprint(1))->id);
      }
      transaction.commit();
    }
  });
  FactsReader reader(connection);
  unsigned torn = 0;
  unsigned with_device = 0;
  unsigned without = 0;
  while (with_device < 1000 || without < 1000) {
    const auto facts = read(reader, alice, device(1), at(0));
    const bool bound = facts.binding.has_value();
    ++(bound ? with_device : without);
    if (facts.active_devices != facts.settings.max_devices) ++torn;
    if (bound != (facts.active_devices == 1)) ++torn;
  }
  stop = true;
  writer.join();
  CHECK(torn == 0);
}
