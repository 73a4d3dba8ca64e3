#include "plugin/store/bindings.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "plugin/store/binding_loader.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

const std::string alice = "alice@example.com";
const std::string bob = "bob@example.com";

std::vector<std::int64_t> ids(const std::vector<Binding>& bindings) {
  std::vector<std::int64_t> all;
  for (const auto& each : bindings) all.push_back(each.id);
  return all;
}

using Ids = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a binding comes back as it was inserted") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  auto made = binding(alice, 7, BindingState::suspended);
  made.expires = at(1000);
  made.suspended_until = at(500);
  const auto id = bindings.insert(made);
  REQUIRE(id);

  const auto read = bindings.get(*id);
  REQUIRE(read);
  CHECK(read->id == *id);
  CHECK(read->account == alice);
  CHECK(read->type == "uuid");
  CHECK(read->fingerprint == fingerprint(7));
  CHECK(read->key_id == "1");
  CHECK(read->state == BindingState::suspended);
  CHECK(read->label == "phone");
  CHECK(read->created == at(0));
  CHECK(read->created_by == "learned");
  CHECK(read->expires == at(1000));
  CHECK(read->suspended_until == at(500));
  CHECK(read->last_seen == std::nullopt);
  CHECK(read->last_peer.empty());
  CHECK(read->uses == 0);
  CHECK_FALSE(bindings.get(*id + 1));
}

TEST_CASE("what may be absent stays absent, also behind a row that has it") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  auto first = binding(alice, 1);
  first.expires = at(1);
  first.suspended_until = at(2);
  bindings.insert(first);
  bindings.touch({{1, at(3), "192.0.2.1"}});
  bindings.insert(binding(alice, 2));
  const auto both = bindings.list({});
  REQUIRE(both.size() == 2);
  CHECK(both[0].last_seen == at(3));
  CHECK(both[1].expires == std::nullopt);
  CHECK(both[1].suspended_until == std::nullopt);
  CHECK(both[1].last_seen == std::nullopt);
}

TEST_CASE("a device is bound to an account once") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  CHECK(bindings.insert(binding(alice, 1)) == 1);
  CHECK_FALSE(bindings.insert(binding(alice, 1, BindingState::revoked)));
  CHECK(bindings.get(1)->state == BindingState::active);
  CHECK(bindings.insert(binding(bob, 1)));
  auto other_type = binding(alice, 1);
  other_type.type = "mac";
  CHECK(bindings.insert(other_type));

  REQUIRE(bindings.find(alice, Device{"mac", fingerprint(1)}, at(0)));
  CHECK(bindings.find(alice, Device{"mac", fingerprint(1)}, at(0))->type == "mac");
  CHECK(bindings.find(bob, device(1), at(0))->account == bob);
  CHECK_FALSE(bindings.find(bob, Device{"mac", fingerprint(1)}, at(0)));
  CHECK_FALSE(bindings.find(alice, device(2), at(0)));
}

TEST_CASE("lists are sorted by account and id, and filtered") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  bindings.insert(binding(bob, 0x0a01));                           // 1
  bindings.insert(binding(alice, 0x0a02, BindingState::pending));  // 2
  auto mac = binding(alice, 0x0b01);
  mac.type = "mac";
  mac.created = at(-1000);
  bindings.insert(mac);  // 3
  bindings.touch({{1, at(500), "192.0.2.1"}});

  CHECK(ids(bindings.list({})) == Ids{2, 3, 1});
  CHECK(ids(bindings.list({.account = alice, .state = {}, .type = {}, .fingerprint_prefix = {}, .unused_since = {}})) ==
        Ids{2, 3});
  BindingFilter filter;
  SUBCASE("state") {
    filter.state = BindingState::pending;
    CHECK(ids(bindings.list(filter)) == Ids{2});
  }
  SUBCASE("type") {
    filter.type = "mac";
    CHECK(ids(bindings.list(filter)) == Ids{3});
  }
  SUBCASE("fingerprint") {
    filter.fingerprint_prefix = "0a";
    CHECK(ids(bindings.list(filter)) == Ids{2, 1});
    filter.fingerprint_prefix = "0a01";
    CHECK(ids(bindings.list(filter)) == Ids{1});
    filter.fingerprint_prefix = fingerprint(0x0a01).hex();
    CHECK(ids(bindings.list(filter)) == Ids{1});
    filter.fingerprint_prefix = "";
    CHECK(bindings.list(filter).size() == 3);
    for (const auto* none : {"%", "_a", "0a%", "0A", "0a02f", "1"}) {
      filter.fingerprint_prefix = none;
      CHECK(bindings.list(filter).empty());
    }
  }
  SUBCASE("unused") {
    filter.unused_since = at(500);
    CHECK(ids(bindings.list(filter)) == Ids{2, 3});
    filter.unused_since = at(501);
    CHECK(ids(bindings.list(filter)) == Ids{2, 3, 1});
    filter.unused_since = at(0);
    CHECK(ids(bindings.list(filter)) == Ids{3});
  }
  SUBCASE("all together") {
    filter = {.account = alice,
              .state = BindingState::active,
              .type = "mac",
              .fingerprint_prefix = "0b",
              .unused_since = at(0)};
    CHECK(ids(bindings.list(filter)) == Ids{3});
    filter.account = bob;
    CHECK(bindings.list(filter).empty());
  }
}

TEST_CASE("all bindings are counted by the state in force") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  CHECK(bindings.count(at(0)) == BindingCounts{});
  bindings.insert(binding(alice, 1));
  bindings.insert(binding(bob, 1));
  bindings.insert(binding(bob, 2, BindingState::pending));
  bindings.insert(binding(bob, 3, BindingState::revoked));
  bindings.insert(binding(bob, 4, BindingState::suspended));
  auto paused = binding(alice, 5, BindingState::suspended);
  paused.suspended_until = at(500);
  bindings.insert(paused);
  CHECK(bindings.count(at(499)) == BindingCounts{2, 1, 2, 1});
  CHECK(bindings.count(at(500)) == BindingCounts{3, 1, 1, 1});
}

TEST_CASE("all bindings are counted, however far apart their ids are") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  bindings.insert(binding(alice, 1));
  unsigned number = 1;
  for (const long long id : {99'998LL, 99'999LL, 100'000LL, 250'000LL, 5'000'000'000LL}) {
    set_last_id(connection, "binding", id);
    CHECK(bindings.insert(binding(alice, ++number)) == id + 1);
  }
  CHECK(bindings.count(at(0))[static_cast<std::size_t>(BindingState::active)] == number);
}

TEST_CASE("a binding is changed, and only that one") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  bindings.insert(binding(alice, 1));
  bindings.insert(binding(alice, 2));
  CHECK(bindings.set_state(1, BindingState::suspended, at(60)));
  CHECK(bindings.get(1)->state == BindingState::suspended);
  CHECK(bindings.get(1)->suspended_until == at(60));
  CHECK(bindings.set_state(1, BindingState::revoked, {}));
  CHECK(bindings.get(1)->state == BindingState::revoked);
  CHECK(bindings.get(1)->suspended_until == std::nullopt);

  CHECK(bindings.set_label(1, "desk"));
  CHECK(bindings.get(1)->label == "desk");
  CHECK(bindings.set_expiry(1, at(9)));
  CHECK(bindings.get(1)->expires == at(9));
  CHECK(bindings.set_expiry(1, {}));
  CHECK(bindings.get(1)->expires == std::nullopt);

  bindings.touch({{1, at(10), "192.0.2.1"}});
  bindings.touch({{1, at(11), "2001:db8::1"}});
  CHECK(bindings.get(1)->last_seen == at(11));
  CHECK(bindings.get(1)->last_peer == "2001:db8::1");
  CHECK(bindings.get(1)->uses == 2);

  CHECK(bindings.get(2)->state == BindingState::active);
  CHECK(bindings.get(2)->label == "phone");
  CHECK(bindings.get(2)->uses == 0);
}

TEST_CASE("a change of nothing is told, a change to the same is not nothing") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  CHECK_FALSE(bindings.set_state(1, BindingState::active, {}));
  CHECK_FALSE(bindings.set_label(1, "x"));
  CHECK_FALSE(bindings.set_expiry(1, {}));
  CHECK_FALSE(bindings.remove(1));
  bindings.touch({{1, at(0), "192.0.2.1"}});
  bindings.insert(binding(alice, 1));
  CHECK(bindings.set_label(1, "phone"));
}

TEST_CASE("the id of a removed binding is not used again") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  bindings.insert(binding(alice, 1));
  const auto last = bindings.insert(binding(alice, 2));
  CHECK(bindings.remove(*last));
  CHECK_FALSE(bindings.remove(*last));
  CHECK_FALSE(bindings.get(*last));
  CHECK(bindings.get(1));
  auto later = store.open();
  CHECK(Bindings(later).insert(binding(alice, 2)) == *last + 1);
}

TEST_CASE("enrolment counts what is in the same state") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  auto expired = binding(alice, 1);
  expired.expires = at(0);
  bindings.insert(expired);
  bindings.insert(binding(alice, 2, BindingState::revoked));
  bindings.insert(binding(alice, 3, BindingState::pending));
  bindings.insert(binding(bob, 4));

  CHECK(bindings.enrol(binding(alice, 10), 1) == Enrolment::done);
  CHECK(bindings.enrol(binding(alice, 11), 1) == Enrolment::full);
  CHECK(bindings.enrol(binding(alice, 10), 1) == Enrolment::present);
  CHECK(bindings.enrol(binding(alice, 12, BindingState::pending), 1) == Enrolment::full);
  CHECK(bindings.enrol(binding(alice, 12, BindingState::pending), 2) == Enrolment::done);
  CHECK(bindings.enrol(binding(bob, 13), 0) == Enrolment::full);
  CHECK_FALSE(bindings.find(alice, device(11), at(0)));

  auto other = store.open();
  CHECK(Bindings(other).find(alice, device(10), at(0)));
}

TEST_CASE("devices racing for the last places never take more") {
  const TemporaryStore store;
  constexpr unsigned places = 5;
  constexpr unsigned threads_count = 8;
  std::atomic<unsigned> done = 0;
  std::atomic<unsigned> full = 0;
  std::atomic<unsigned> ready = 0;
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < threads_count; ++thread) {
    threads.emplace_back([&, thread] {
      auto connection = store.open(Durability::full);
      for (++ready; ready < threads_count;) std::this_thread::yield();
      for (unsigned i = 0; i < 4; ++i) {
        const auto result = Bindings(connection).enrol(binding(alice, thread * 10 + i), places);
        ++(result == Enrolment::done ? done : full);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(done == places);
  CHECK(full == threads_count * 4 - places);
  auto connection = store.open();
  CHECK(Bindings(connection).list({}).size() == places);
}

TEST_CASE("one device from two connections at once is bound once") {
  const TemporaryStore store;
  auto first = store.open();
  auto second = store.open();
  CHECK(Bindings(first).enrol(binding(alice, 1), 5) == Enrolment::done);
  CHECK(Bindings(second).enrol(binding(alice, 1), 5) == Enrolment::present);
}

TEST_CASE("X8 one device is bound once by hosts of which each has another key current") {
  const TemporaryStore store;
  auto first = store.open();
  auto second = store.open();
  const std::vector<OtherFingerprint> newer{{fingerprint(2), "2", false}};
  const std::vector<OtherFingerprint> older{{fingerprint(1), "1", true}};
  CHECK(Bindings(first).enrol(binding(alice, 1), 5, newer) == Enrolment::done);
  CHECK(Bindings(second).enrol(binding(alice, 2), 5, older) == Enrolment::present);
  CHECK(Bindings(second).enrol(binding(bob, 2), 5, older) == Enrolment::done);
  CHECK(Bindings(first).enrol(binding(bob, 1), 5, newer) == Enrolment::present);
}

TEST_CASE("X8 bindings are selected by their key, and by several fingerprints") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  for (const unsigned number : {1U, 2U, 3U}) {
    auto made = binding(alice, number);
    made.key_id = number == 3 ? "2" : "1";
    bindings.insert(made);
  }
  BindingFilter filter;
  filter.key_id = "1";
  CHECK(bindings.list(filter).size() == 2);
  filter.fingerprints = {fingerprint(2).hex(), fingerprint(3).hex()};
  REQUIRE(bindings.list(filter).size() == 1);
  CHECK(bindings.list(filter).front().fingerprint == fingerprint(2));
}

TEST_CASE("text of any kind is text") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  auto made = binding(hostile, 1);
  made.type = made.key_id = made.label = made.created_by = hostile;
  REQUIRE(bindings.insert(made) == 1);
  bindings.touch({{1, at(0), hostile}});
  const auto read = bindings.find(hostile, Device{hostile, fingerprint(1)}, at(0));
  REQUIRE(read);
  CHECK(read->account == hostile);
  CHECK(read->type == hostile);
  CHECK(read->key_id == hostile);
  CHECK(read->label == hostile);
  CHECK(read->created_by == hostile);
  CHECK(read->last_peer == hostile);

  CHECK(bindings.set_label(1, hostile + hostile));
  CHECK(bindings.get(1)->label == hostile + hostile);
  BindingFilter filter;
  filter.account = filter.type = hostile;
  CHECK(bindings.list(filter).size() == 1);
  filter.account = "%";
  CHECK(bindings.list(filter).empty());
  filter = {};
  filter.fingerprint_prefix = hostile;
  CHECK(bindings.list(filter).empty());
}

TEST_CASE("a row that cannot be read is an error") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  bindings.insert(binding(alice, 1));
  SUBCASE("state") {
    execute(connection, "UPDATE binding SET state = 'Active'");
    CHECK(error_of([&] { bindings.get(1); }) ==
          "store " + store.shown() + ": binding 1 has a state that this program cannot read");
  }
  SUBCASE("fingerprint") {
    execute(connection, "UPDATE binding SET fingerprint = upper(fingerprint)");
    CHECK(error_of([&] { bindings.list({}); }) ==
          "store " + store.shown() + ": binding 1 has a fingerprint that this program cannot read");
  }
}

TEST_CASE("a binding of another store keeps its id where that is free, and no id is given out twice") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  const auto load = [&](std::int64_t id, unsigned number) {
    auto made = binding("alice@example.com", number);
    made.id = id;
    return BindingLoader(connection).insert(made);
  };
  CHECK(bindings.insert(binding("alice@example.com", 1)) == 1);
  CHECK(load(5, 2) == 5);
  CHECK(load(5, 3) == 6);
  CHECK(load(3, 4) == 3);
  CHECK(bindings.insert(binding("alice@example.com", 5)) == 7);
  CHECK(load(0, 6) == 8);
  bindings.remove(8);
  CHECK(bindings.insert(binding("alice@example.com", 7)) == 9);
}
