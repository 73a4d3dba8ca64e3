#include "plugin/store/restrictions.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

const std::string alice = "alice@example.com";

Restriction restriction(Restricted kind, const std::string& subject, Effect effect = Effect::block,
                        std::optional<Time> until = std::nullopt) {
  return {.id = 0,
          .kind = kind,
          .subject = subject,
          .effect = effect,
          .until = until,
          .cause = "a test",
          .created = at(0),
          .created_by = "operator eve"};
}

std::string text(const std::vector<Restriction>& restrictions) {
  std::string all;
  for (const auto& each : restrictions) {
    all += (all.empty() ? "" : ", ") + std::string(name(each.effect)) + " " + std::string(name(each.kind));
    if (!each.subject.empty()) all += " " + each.subject;
  }
  return all;
}

}  // namespace

TEST_CASE("a restriction comes back as it was put, whatever its text") {
  const TemporaryStore store;
  auto connection = store.open();
  Restrictions restrictions(connection);
  auto put = restriction(Restricted::account, "a" + hostile, Effect::known_only, at(60));
  put.cause = "c" + hostile;
  put.created = at(7);
  put.created_by = "o" + hostile;
  restrictions.put(put);
  const auto all = restrictions.list(at(10));
  REQUIRE(all.size() == 1);
  CHECK(all[0].id == 1);
  CHECK(all[0].kind == put.kind);
  CHECK(all[0].subject == put.subject);
  CHECK(all[0].effect == put.effect);
  CHECK(all[0].until == at(60));
  CHECK(all[0].cause == put.cause);
  CHECK(all[0].created == at(7));
  CHECK(all[0].created_by == put.created_by);
  const auto found = restrictions.find(put.kind, put.subject, put.effect, at(10));
  REQUIRE(found);
  CHECK(found->cause == put.cause);
  CHECK(found->until == at(60));
}

TEST_CASE("D6.4 restrictions in force are listed oldest first") {
  const TemporaryStore store;
  auto connection = store.open();
  Restrictions restrictions(connection);
  restrictions.put(restriction(Restricted::network, "192.0.2.0/24"));
  restrictions.put(restriction(Restricted::device, fingerprint(1).hex(), Effect::block, at(20)));
  restrictions.put(restriction(Restricted::account, alice, Effect::known_only, at(10)));
  restrictions.put(restriction(Restricted::everybody, "", Effect::valid_only));
  const std::string device = "block device " + fingerprint(1).hex() + ", ";
  CHECK(text(restrictions.list(at(9))) ==
        "block network 192.0.2.0/24, " + device + "known-only account " + alice + ", valid-only everybody");
  CHECK(text(restrictions.list(at(10))) == "block network 192.0.2.0/24, " + device + "valid-only everybody");
  CHECK(text(restrictions.list(at(20))) == "block network 192.0.2.0/24, valid-only everybody");
}

TEST_CASE("a restriction is found by kind, subject and effect, until it has ended") {
  const TemporaryStore store;
  auto connection = store.open();
  Restrictions restrictions(connection);
  restrictions.put(restriction(Restricted::account, alice, Effect::known_only, at(10)));
  restrictions.put(restriction(Restricted::device, fingerprint(1).hex()));
  CHECK(restrictions.find(Restricted::account, alice, Effect::known_only, at(9)));
  CHECK_FALSE(restrictions.find(Restricted::account, alice, Effect::known_only, at(10)));
  CHECK_FALSE(restrictions.find(Restricted::account, alice, Effect::valid_only, at(9)));
  CHECK_FALSE(restrictions.find(Restricted::network, alice, Effect::known_only, at(9)));
  CHECK_FALSE(restrictions.find(Restricted::account, "bob@example.com", Effect::known_only, at(9)));
  const auto device = restrictions.find(Restricted::device, fingerprint(1).hex(), Effect::block, at(1000));
  REQUIRE(device);
  CHECK_FALSE(device->until);
}

TEST_CASE("a restriction takes the place of the one before, and of no other") {
  const TemporaryStore store;
  auto connection = store.open();
  Restrictions restrictions(connection);
  restrictions.put(restriction(Restricted::account, alice, Effect::known_only, at(10)));
  restrictions.put(restriction(Restricted::account, alice, Effect::valid_only));
  restrictions.put(restriction(Restricted::account, "bob@example.com", Effect::known_only));
  restrictions.put(restriction(Restricted::device, alice, Effect::known_only));
  restrictions.put(restriction(Restricted::account, alice, Effect::known_only, at(20)));
  CHECK(number(connection, "SELECT count(*) FROM restriction") == 4);
  CHECK(restrictions.find(Restricted::account, alice, Effect::known_only, at(0))->until == at(20));
  CHECK(restrictions.find(Restricted::account, alice, Effect::valid_only, at(0)));
}

TEST_CASE("a restriction that is lifted is gone, and no other") {
  const TemporaryStore store;
  auto connection = store.open();
  Restrictions restrictions(connection);
  restrictions.put(restriction(Restricted::account, alice, Effect::known_only));
  restrictions.put(restriction(Restricted::account, alice, Effect::valid_only));
  restrictions.put(restriction(Restricted::account, "bob@example.com", Effect::known_only));
  restrictions.put(restriction(Restricted::device, alice, Effect::known_only));
  CHECK(restrictions.remove(Restricted::account, alice, Effect::known_only));
  CHECK_FALSE(restrictions.remove(Restricted::account, alice, Effect::known_only));
  CHECK(text(restrictions.list(at(0))) ==
        "valid-only account " + alice + ", known-only account bob@example.com, known-only device " + alice);
}

TEST_CASE("restrictions that have ended are forgotten") {
  const TemporaryStore store;
  auto connection = store.open();
  Restrictions restrictions(connection);
  restrictions.put(restriction(Restricted::account, alice, Effect::known_only, at(10)));
  restrictions.put(restriction(Restricted::everybody, "", Effect::valid_only));
  restrictions.purge(at(9));
  CHECK(number(connection, "SELECT count(*) FROM restriction") == 2);
  restrictions.purge(at(10));
  CHECK(number(connection, "SELECT count(*) FROM restriction") == 1);
  CHECK(text(restrictions.list(at(10))) == "valid-only everybody");
}

namespace {

class Met {
 public:
  Met() : connection_(store_.open()), restrictions_(connection_), reader_(connection_) {}

  Restrictions& restrictions() { return restrictions_; }
  Connection& connection() { return connection_; }
  std::string shown_store() const { return store_.shown(); }

  std::string by(const std::string& account, const std::string& fingerprint, std::string_view peer,
                 long long when = 0) {
    return text(reader_.read(account, {fingerprint}, Address::parse(peer), at(when)));
  }
  std::string from(std::string_view peer, long long when = 0) { return by(alice, "", peer, when); }

 private:
  TemporaryStore store_;
  Connection connection_;
  Restrictions restrictions_;
  RestrictionReader reader_;
};

}  // namespace

TEST_CASE("D6.4 an attempt meets what is against its account, its device or everybody") {
  Met met;
  met.restrictions().put(restriction(Restricted::account, alice, Effect::known_only));
  met.restrictions().put(restriction(Restricted::account, "bob@example.com", Effect::valid_only));
  met.restrictions().put(restriction(Restricted::device, fingerprint(1).hex()));
  met.restrictions().put(restriction(Restricted::device, fingerprint(2).hex()));
  CHECK(met.by(alice, "", "192.0.2.7") == "known-only account " + alice);
  CHECK(met.by(alice, fingerprint(1).hex(), "192.0.2.7") ==
        "known-only account " + alice + ", block device " + fingerprint(1).hex());
  CHECK(met.by("carol@example.com", fingerprint(2).hex(), "") == "block device " + fingerprint(2).hex());
  CHECK(met.by("carol@example.com", "", "").empty());
  met.restrictions().put(restriction(Restricted::everybody, "", Effect::valid_only));
  CHECK(met.by("carol@example.com", "", "") == "valid-only everybody");
}

TEST_CASE("what names an account is not against a device or network of that name") {
  Met met;
  met.restrictions().put(restriction(Restricted::account, "192.0.2.7/32"));
  met.restrictions().put(restriction(Restricted::device, alice));
  CHECK(met.by(alice, "192.0.2.7/32", "192.0.2.7").empty());
}

TEST_CASE("UC6 an attempt meets what is against its network, be it in one within another") {
  Met met;
  for (const auto* network : {"192.0.0.0/8", "192.0.2.0/24", "192.0.2.7/32", "192.0.2.8/29"}) {
    met.restrictions().put(restriction(Restricted::network, network));
  }
  const std::string both = "block network 192.0.0.0/8, block network 192.0.2.0/24";
  CHECK(met.from("192.0.2.7") == both + ", block network 192.0.2.7/32");
  CHECK(met.from("::ffff:192.0.2.7") == both + ", block network 192.0.2.7/32");
  CHECK(met.from("192.0.2.6") == both);
  CHECK(met.from("192.0.2.8") == both + ", block network 192.0.2.8/29");
  CHECK(met.from("192.0.2.15") == both + ", block network 192.0.2.8/29");
  CHECK(met.from("192.0.2.16") == both);
  CHECK(met.from("192.0.2.255") == both);
  CHECK(met.from("192.0.3.0") == "block network 192.0.0.0/8");
  CHECK(met.from("191.255.255.255").empty());
  CHECK(met.from("193.0.0.0").empty());
  CHECK(met.from("2001:db8::7").empty());
  CHECK(met.from("").empty());
}

TEST_CASE("UC6 networks of IPv6, which hold no address of IPv4") {
  Met met;
  met.restrictions().put(restriction(Restricted::network, "2001:db8::/32"));
  met.restrictions().put(restriction(Restricted::network, "2001:db8:0:1::/64"));
  CHECK(met.from("2001:db8:0:1:ffff::1") == "block network 2001:db8::/32, block network 2001:db8:0:1::/64");
  CHECK(met.from("2001:db8:0:2::") == "block network 2001:db8::/32");
  CHECK(met.from("2001:db9::").empty());
  CHECK(met.from("192.0.2.7").empty());
  // That of ::1, and all of IPv6: as numbers, mapped addresses of IPv4 lie in both.
  met.restrictions().put(restriction(Restricted::network, "::/64"));
  met.restrictions().put(restriction(Restricted::network, "::/0"));
  CHECK(met.from("::1") == "block network ::/64, block network ::/0");
  CHECK(met.from("192.0.2.7").empty());
  met.restrictions().put(restriction(Restricted::network, "0.0.0.0/0"));
  CHECK(met.from("192.0.2.7") == "block network 0.0.0.0/0");
  CHECK(met.from("255.255.255.255") == "block network 0.0.0.0/0");
  CHECK(met.from("::1") == "block network ::/64, block network ::/0");
}

namespace {

// Few, and at the edges of networks: so that networks lie in others, and end where they do.
class RandomAddresses {
 public:
  Address next() {
    std::string text = one_of({"", "2001:db8:", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:"});
    if (text.empty()) return Address::parse(octet() + "." + octet() + "." + octet() + "." + octet()).value();
    if (text == "2001:db8:") text += one_of({"0:", "1:", "ffff:"}) + one_of({"0:", "8000:"}) + "0:0:0:";
    return Address::parse(text + one_of({"0", "1", "2", "8000", "ffff"})).value();
  }
  Network network() {
    const auto base = next();
    const unsigned longest = base.is_v4() ? 32 : 128;
    const auto bits = std::uniform_int_distribution<unsigned>(0, longest + longest / 4)(engine_);
    return Network::around(base, std::min(bits, longest));
  }

 private:
  std::string one_of(const std::vector<std::string>& some) {
    return some[std::uniform_int_distribution<std::size_t>(0, some.size() - 1)(engine_)];
  }
  std::string octet() { return one_of({"0", "127", "128", "255"}); }

  std::mt19937 engine_{1};
};

}  // namespace

TEST_CASE("UC6 networks are found as one by one, at random") {
  Met met;
  RandomAddresses random;
  std::vector<Network> networks;
  for (int i = 0; i < 600; ++i) {
    const auto network = random.network();
    if (std::find(networks.begin(), networks.end(), network) != networks.end()) continue;
    networks.push_back(network);
    met.restrictions().put(restriction(Restricted::network, network.to_string()));
  }
  met.restrictions().put(restriction(Restricted::device, fingerprint(1).hex()));
  for (int i = 0; i < 600; ++i) {
    const auto peer = random.next().to_string();
    std::string expected;
    for (const auto& network : networks) {
      if (!network.contains(Address::parse(peer).value())) continue;
      expected += (expected.empty() ? "" : ", ") + ("block network " + network.to_string());
    }
    CHECK(met.from(peer) == expected);
  }
  CHECK(met.from("").empty());
}

TEST_CASE("an attempt does not meet what has ended") {
  Met met;
  met.restrictions().put(restriction(Restricted::network, "192.0.2.0/24", Effect::block, at(10)));
  met.restrictions().put(restriction(Restricted::account, alice, Effect::known_only, at(20)));
  CHECK(met.from("192.0.2.7", 9) == "block network 192.0.2.0/24, known-only account " + alice);
  CHECK(met.from("192.0.2.7", 10) == "known-only account " + alice);
  CHECK(met.from("192.0.2.7", 20).empty());
}

TEST_CASE("what detection did before the clock was put back is over, and what an operator did is not") {
  Met met;
  auto detected = restriction(Restricted::network, "192.0.2.7/32", Effect::block, at(86400 + 3600));
  detected.created = at(86400);
  detected.created_by = by_detection;
  met.restrictions().put(detected);
  detected.kind = Restricted::account;
  detected.subject = alice;
  detected.effect = Effect::known_only;
  met.restrictions().put(detected);
  auto set = restriction(Restricted::network, "192.0.2.0/24", Effect::block, at(86400 + 3600));
  set.created = at(86400);
  met.restrictions().put(set);
  const std::string all = "block network 192.0.2.7/32, known-only account " + alice + ", block network 192.0.2.0/24";
  CHECK(met.from("192.0.2.7", 86400) == all);
  CHECK(met.from("192.0.2.7", 0) == "block network 192.0.2.0/24");
  CHECK(text(met.restrictions().list(at(0))) == "block network 192.0.2.0/24");
  CHECK_FALSE(met.restrictions().find(Restricted::account, alice, Effect::known_only, at(0)));
  // Another host's clock may be a little ahead.
  CHECK(met.from("192.0.2.7", 86400 - 60) == all);
  CHECK(text(met.restrictions().list(at(86400 - 60))) == all);
  CHECK(met.from("192.0.2.7", 86400 - 61) == "block network 192.0.2.0/24");
}

TEST_CASE("what is met is in the order in which it was made") {
  Met met;
  met.restrictions().put(restriction(Restricted::network, "192.0.2.7/32"));
  met.restrictions().put(restriction(Restricted::everybody, "", Effect::known_only));
  met.restrictions().put(restriction(Restricted::network, "192.0.2.0/24"));
  CHECK(met.from("192.0.2.7") == "block network 192.0.2.7/32, known-only everybody, block network 192.0.2.0/24");
}

TEST_CASE("threats: failing open - a restriction that cannot be read is an error") {
  Met met;
  met.restrictions().put(restriction(Restricted::account, alice, Effect::known_only));
  met.restrictions().put(restriction(Restricted::network, "192.0.2.0/24"));
  const std::string error = "store " + met.shown_store() + ": restriction ";
  const std::string cause = " is of a kind that this program cannot read";
  execute(met.connection(), "UPDATE restriction SET effect = 'slow' WHERE id = 1");
  CHECK(error_of([&] { met.from("198.51.100.1"); }) == error + "1" + cause);
  CHECK(error_of([&] { met.restrictions().list(at(0)); }) == error + "1" + cause);
  execute(met.connection(), "DELETE FROM restriction WHERE id = 1");
  execute(met.connection(), "UPDATE restriction SET kind = 'country' WHERE id = 2");
  CHECK(error_of([&] { met.from("192.0.2.7"); }) == error + "2" + cause);
  CHECK(met.from("198.51.100.1").empty());
}
