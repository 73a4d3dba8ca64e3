#include "plugin/store/seen_devices.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "plugin/store/bindings.hpp"
#include "plugin/store/history.hpp"
#include "plugin/store/restrictions.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

std::vector<std::string> hexes(const std::vector<unsigned>& numbers) {
  std::vector<std::string> all;
  for (const auto number : numbers) all.push_back(fingerprint(number).hex());
  return all;
}

std::vector<std::string> seen(Connection& connection, const std::string& prefix) {
  auto found = SeenDevices(connection).fingerprints(prefix);
  std::sort(found.begin(), found.end());
  return found;
}

Restriction block(Restricted kind, const std::string& subject) {
  return {.kind = kind, .subject = subject, .effect = Effect::block, .created = at(0), .created_by = "operator eve"};
}

}  // namespace

TEST_CASE("D6.4 a device is known by a binding, an event or a restriction") {
  const TemporaryStore store;
  auto connection = store.open();
  CHECK(seen(connection, "").empty());
  Bindings(connection).insert(binding("alice@example.com", 0x0a01));
  Event event;
  event.fingerprint = fingerprint(0x0b01).hex();
  History(connection).append({event});
  Restrictions(connection).put(block(Restricted::device, fingerprint(0x0c01).hex()));
  CHECK(seen(connection, "0a") == hexes({0x0a01}));
  CHECK(seen(connection, "0b") == hexes({0x0b01}));
  CHECK(seen(connection, "0c") == hexes({0x0c01}));
  CHECK(seen(connection, fingerprint(0x0a01).hex()) == hexes({0x0a01}));
  CHECK(seen(connection, "0d").empty());
  CHECK(seen(connection, "0a02").empty());
  CHECK(seen(connection, "09").empty());
}

TEST_CASE("a device counts once, however often it was seen, and two are enough to be ambiguous") {
  const TemporaryStore store;
  auto connection = store.open();
  for (const auto* account : {"alice@example.com", "bob@example.com"}) {
    Bindings(connection).insert(binding(account, 0x0aff));
    Event event;
    event.fingerprint = fingerprint(0x0aff).hex();
    History(connection).append({event, event});
  }
  Restrictions(connection).put(block(Restricted::device, fingerprint(0x0aff).hex()));
  CHECK(seen(connection, "0a") == hexes({0x0aff}));
  Bindings(connection).insert(binding("alice@example.com", 0x0a00));
  CHECK(seen(connection, "0a") == hexes({0x0a00, 0x0aff}));
  Bindings(connection).insert(binding("alice@example.com", 0x0a01));
  CHECK(seen(connection, "0a").size() == 2);
}

TEST_CASE("what is restricted is a device only where it says so") {
  const TemporaryStore store;
  auto connection = store.open();
  Restrictions(connection).put(block(Restricted::account, "0a"));
  Restrictions(connection).put(block(Restricted::network, "0a::/16"));
  CHECK(seen(connection, "0a").empty());
}
