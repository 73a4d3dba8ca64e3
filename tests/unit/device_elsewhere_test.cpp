#include "plugin/store/device_elsewhere.hpp"

#include <doctest/doctest.h>

#include "plugin/policy/account.hpp"
#include "plugin/store/bindings.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

TEST_CASE("UC2 the accounts on which a device is bound") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  DeviceElsewhereReader reader(connection);
  CHECK(reader.read({fingerprint(1).hex()}).accounts == 0);
  bindings.insert(binding("alice@example.com", 1));
  bindings.insert(binding("bob@example.com", 1));
  bindings.insert(binding(std::string(any_account), 1));
  bindings.insert(binding("carol@example.com", 1, BindingState::pending));
  bindings.insert(binding("dan@example.com", 1, BindingState::suspended));
  bindings.insert(binding("erin@example.com", 1, BindingState::revoked));
  bindings.insert(binding("frank@example.com", 2));
  CHECK(reader.read({fingerprint(1).hex()}).accounts == 3);
  CHECK(reader.read({fingerprint(2).hex()}).accounts == 1);
  CHECK(reader.read({fingerprint(3).hex()}).accounts == 0);
}

TEST_CASE("U6.2.4 where and when a device was let in last, on whatever account") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  DeviceElsewhereReader reader(connection);
  for (const auto* account : {"alice@example.com", "bob@example.com", "carol@example.com", "dan@example.com"}) {
    bindings.insert(binding(account, 1));
  }
  bindings.insert(binding("erin@example.com", 2));
  CHECK_FALSE(reader.read({fingerprint(1).hex()}).last_sighting);
  bindings.touch({{1, at(10), "192.0.2.1"}});
  bindings.touch({{2, at(30), "2001:db8::2"}});
  bindings.touch({{3, at(20), "192.0.2.3"}});
  bindings.touch({{5, at(90), "192.0.2.5"}});
  const auto last = reader.read({fingerprint(1).hex()}).last_sighting;
  REQUIRE(last);
  CHECK(last->at == at(30));
  CHECK(last->peer.to_string() == "2001:db8::2");
  CHECK_FALSE(last->location);
  // One that did not come over IP says nothing of a place.
  bindings.touch({{4, at(40), ""}});
  CHECK(reader.read({fingerprint(1).hex()}).last_sighting->at == at(30));
  bindings.touch({{4, at(50), "192.0.2.4"}});
  CHECK(reader.read({fingerprint(1).hex()}).last_sighting->peer.to_string() == "192.0.2.4");
  // Nothing of the row before stays.
  CHECK(reader.read({fingerprint(2).hex()}).last_sighting->at == at(90));
  CHECK_FALSE(reader.read({fingerprint(3).hex()}).last_sighting);
}
