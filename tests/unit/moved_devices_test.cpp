#include "plugin/store/moved_devices.hpp"

#include <doctest/doctest.h>

#include "plugin/store/bindings.hpp"
#include "plugin/store/history.hpp"
#include "plugin/store/key_usage.hpp"
#include "plugin/store/restrictions.hpp"
#include "plugin/store/seen_devices.hpp"
#include "plugin/store/session_list.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

const std::string alice = "alice@example.com";
const std::string bob = "bob@example.com";

// From its fingerprint of this number under that key, to another.
DeviceMove a_move(unsigned from, const std::string& from_key, unsigned to, const std::string& to_key) {
  return {.from = {{fingerprint(from), from_key}}, .fingerprint = fingerprint(to).hex(), .key_id = to_key};
}

class Moved {
 public:
  Moved() : connection_(store_.open()) {}

  Connection& connection() { return connection_; }
  Bindings bindings() { return Bindings(connection_); }
  MovedDevices devices() { return MovedDevices(connection_); }

  void bind(const std::string& account, unsigned device, const std::string& key,
            BindingState state = BindingState::active) {
    auto made = binding(account, device, state);
    made.key_id = key;
    REQUIRE(bindings().insert(made));
  }
  void block(unsigned device, const std::string& key, Effect effect = Effect::block,
             std::optional<Time> until = std::nullopt) {
    Restrictions(connection_)
        .put({.kind = Restricted::device,
              .subject = fingerprint(device).hex(),
              .effect = effect,
              .until = until,
              .cause = "a test",
              .created = at(0),
              .created_by = "operator eve",
              .key_id = key});
  }

  // "1/1 2/2": fingerprints and keys of the bindings in their order.
  std::string all() {
    std::string text;
    for (unsigned id = 1; const auto binding = bindings().get(id); ++id) {
      for (unsigned device = 1; device < 10; ++device) {
        if (binding->fingerprint == fingerprint(device)) {
          text += (text.empty() ? "" : " ") + std::to_string(device) + "/" + binding->key_id;
        }
      }
    }
    return text;
  }
  void happen(unsigned device) {
    Event event;
    event.at = at(0);
    event.account = alice;
    event.fingerprint = fingerprint(device).hex();
    History(connection_).append({event});
  }
  std::size_t history_of(unsigned device) {
    EventFilter filter;
    filter.fingerprint_prefix = fingerprint(device).short_form();
    return History(connection_).list(filter).size();
  }

 private:
  TemporaryStore store_;
  Connection connection_;
};

}  // namespace

TEST_CASE("X8 a device is moved with all that stands under its fingerprint, and no other is") {
  Moved site;
  site.bind(alice, 1, "1");
  site.bind(bob, 1, "1", BindingState::revoked);
  site.bind("*", 1, "1");
  site.bind(alice, 3, "1");
  site.bindings().touch({{1, at(7), "192.0.2.7"}});
  site.devices().move(a_move(1, "1", 2, "2"), at(9));
  CHECK(site.all() == "2/2 2/2 2/2 3/1");
  const auto moved = site.bindings().get(1);
  CHECK(moved->uses == 1);
  CHECK(moved->last_seen == at(7));
  CHECK(moved->label == "phone");
  CHECK(site.bindings().get(2)->state == BindingState::revoked);
}

TEST_CASE("X8 a move that was made already, by whomever, changes nothing") {
  Moved site;
  site.bind(alice, 1, "1");
  site.devices().move(a_move(1, "1", 2, "2"), at(9));
  site.devices().move(a_move(1, "1", 2, "2"), at(90));
  CHECK(site.all() == "2/2");
  CHECK(key_usage(site.connection(), at(100))["1"].last_moved == at(9));
}

TEST_CASE("X8 a device that is bound under both keys keeps both bindings, and the store takes the rest") {
  Moved site;
  site.bind(alice, 1, "1", BindingState::revoked);
  site.bind(alice, 2, "2");
  site.bind(bob, 1, "1");
  site.block(1, "1");
  site.block(2, "2");
  site.block(1, "1", Effect::known_only);
  site.devices().move(a_move(1, "1", 2, "2"), at(9));
  CHECK(site.all() == "1/1 2/2 2/2");
  CHECK(number(site.connection(), "SELECT count(*) FROM restriction WHERE key_id = '1'") == 1);
  CHECK(number(site.connection(), "SELECT count(*) FROM restriction") == 3);
}

TEST_CASE("X8 the block of a device goes with it, with its end") {
  Moved site;
  site.block(1, "1", Effect::block, at(50));
  site.block(3, "1");
  site.devices().move(a_move(1, "1", 2, "2"), at(9));
  Restrictions restrictions(site.connection());
  const auto block = restrictions.find(Restricted::device, fingerprint(2).hex(), Effect::block, at(9));
  REQUIRE(block);
  CHECK(block->key_id == "2");
  CHECK(block->until == at(50));
  CHECK_FALSE(restrictions.find(Restricted::device, fingerprint(1).hex(), Effect::block, at(9)));
  CHECK(restrictions.find(Restricted::device, fingerprint(3).hex(), Effect::block, at(9))->key_id == "1");
}

TEST_CASE("X8 open sessions of a device go with it, and so keep the label of its binding") {
  Moved site;
  site.bind(alice, 1, "1");
  Sessions(site.connection())
      .open({{.holder = "me",
              .number = 1,
              .type = "uuid",
              .fingerprint = fingerprint(1).hex(),
              .account = alice,
              .peer = {},
              .network = {},
              .opened = at(0)}},
            at(90));
  site.devices().move(a_move(1, "1", 2, "2"), at(9));
  const auto sessions = list_sessions(site.connection(), alice, at(9));
  REQUIRE(sessions.size() == 1);
  CHECK(sessions[0].session.fingerprint == fingerprint(2).hex());
  CHECK(sessions[0].label == "phone");
}

TEST_CASE("X8 the history of a device is found by each of its fingerprints, through several moves") {
  Moved site;
  site.bind(alice, 1, "1");
  for (const unsigned device : {1U, 1U, 5U}) site.happen(device);
  site.devices().move(a_move(1, "1", 2, "2"), at(9));
  CHECK(site.history_of(2) == 2);  // before anything happened under it
  site.happen(2);
  site.devices().move(a_move(2, "2", 3, "3"), at(19));
  site.happen(3);
  for (const unsigned device : {1U, 2U, 3U}) {
    CAPTURE(device);
    CHECK(site.history_of(device) == 4);
    CHECK(site.devices().newest(fingerprint(device).hex()) == fingerprint(3).hex());
  }
  CHECK(site.history_of(5) == 1);
  CHECK(site.devices().newest(fingerprint(5).hex()) == fingerprint(5).hex());
  CHECK(site.devices().all_names({fingerprint(2).hex()}).size() == 3);
  CHECK(SeenDevices(site.connection()).fingerprints(fingerprint(1).short_form()).size() == 1);
}

TEST_CASE("a former fingerprint is of use as long as it leads to something, and so are those before it") {
  Moved site;
  auto devices = site.devices();
  const auto name = [](unsigned device) { return fingerprint(device).hex(); };
  for (const unsigned device : {1, 2, 5}) devices.put({name(device), "1", name(device + 1), "2", at(5)});
  using Names = std::set<std::string>;
  CHECK(devices.useless({name(1)}, {}) == Names{name(1), name(2)});
  CHECK(devices.moved_before(at(5), "", 9).empty());
  CHECK(devices.moved_before(at(6), "", 2).size() == 2);
  CHECK(devices.moved_before(at(6), devices.moved_before(at(6), "", 2).back(), 9).size() == 1);

  SUBCASE("a binding") {
    site.bind(alice, 3, "2");
    CHECK(devices.useless({name(1)}, {}).empty());
    CHECK(devices.of_account(alice) == Names{name(2)});
    CHECK(devices.useless({name(2)}, {.account = alice, .events_before = {}, .ended_by = {}}).size() == 2);
    CHECK(devices.useless({name(2)}, {.account = bob, .events_before = {}, .ended_by = {}}).empty());
  }
  SUBCASE("an event, under the first of its names") {
    site.happen(1);
    CHECK(devices.useless({name(2)}, {}).empty());
    CHECK(devices.of_account(alice) == Names{name(1)});
    CHECK(devices.useless({name(2)}, {.account = {}, .events_before = at(0), .ended_by = {}}).empty());
    CHECK(devices.useless({name(2)}, {.account = {}, .events_before = at(1), .ended_by = {}}).size() == 2);
  }
  SUBCASE("a block") {
    site.block(2, "1", Effect::block, at(9));
    CHECK(devices.useless({name(1)}, {.account = {}, .events_before = {}, .ended_by = at(8)}).empty());
    CHECK(devices.useless({name(1)}, {.account = {}, .events_before = {}, .ended_by = at(9)}).size() == 2);
  }
  SUBCASE("an open session") {
    Sessions(site.connection()).open({{.holder = "me", .number = 1, .fingerprint = name(3)}}, at(9));
    CHECK(devices.useless({name(1)}, {.account = {}, .events_before = {}, .ended_by = at(8)}).empty());
    CHECK(devices.useless({name(1)}, {.account = {}, .events_before = {}, .ended_by = at(9)}).size() == 2);
  }
  CHECK(devices.remove({name(5), name(6)}) == 1);
  CHECK(devices.useless({name(5)}, {}).empty());
}

TEST_CASE("what was moved in a circle by hand comes to an end") {
  Moved site;
  site.bind(alice, 1, "1");
  site.devices().move(a_move(1, "1", 2, "2"), at(1));
  site.devices().move(a_move(2, "2", 1, "1"), at(2));
  CHECK(site.all() == "1/1");
  CHECK(site.devices().all_names({fingerprint(1).hex()}).size() == 2);
  CHECK_FALSE(site.devices().newest(fingerprint(1).hex()).empty());
}

TEST_CASE("X8 what stands under each key is counted by what it is and by its state") {
  Moved site;
  site.bind(alice, 1, "1");
  site.bind(bob, 1, "1", BindingState::revoked);
  site.bind(alice, 3, "1", BindingState::suspended);
  site.bind(alice, 4, "2", BindingState::suspended);
  site.bindings().set_state(4, BindingState::suspended, at(20));
  site.bind("*", 5, "2", BindingState::pending);
  site.block(6, "1", Effect::block, at(20));
  site.block(7, "");
  const auto usage = key_usage(site.connection(), at(20));
  CHECK(usage.size() == 3);
  CHECK(usage.at("1").bindings == BindingCounts{1, 0, 1, 1});
  CHECK(total(usage.at("1").licences) == 0);
  CHECK(usage.at("1").blocks == 0);
  CHECK(key_usage(site.connection(), at(19)).at("1").blocks == 1);
  CHECK(usage.at("2").bindings == BindingCounts{1, 0, 0, 0});
  CHECK(usage.at("2").licences == BindingCounts{0, 1, 0, 0});
  CHECK_FALSE(usage.at("2").last_moved);
  CHECK(usage.at("").blocks == 1);
}

TEST_CASE("no number of a key is given out twice") {
  Moved site;
  CHECK(highest_key(site.connection()) == 0);
  site.bind(alice, 1, "9");
  CHECK(highest_key(site.connection()) == 9);
  site.devices().move(a_move(1, "9", 2, "10"), at(1));
  site.bindings().remove(1);
  CHECK(highest_key(site.connection()) == 10);
  site.block(3, "11");
  CHECK(highest_key(site.connection()) == 11);
}
