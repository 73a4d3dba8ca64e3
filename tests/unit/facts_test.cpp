#include "plugin/policy/facts.hpp"

#include <doctest/doctest.h>

using namespace clientid;
using namespace std::chrono_literals;

namespace {

const Time start{1'700'000'000s};
const std::string hex = "07" + std::string(62, '0');

Attempt attempt(const char* peer = "198.51.100.9") {
  Attempt made;
  made.account = "alice@example.com";
  made.device = Device{"uuid", Fingerprint({7}), nullptr};
  made.peer = Address::parse(peer);
  made.at = start;
  return made;
}

Binding binding(BindingState state = BindingState::active) {
  return {.account = "alice@example.com",
          .type = "uuid",
          .fingerprint = Fingerprint({7}),
          .key_id = "1",
          .state = state,
          .label = {},
          .created = start,
          .created_by = "learned",
          .expires = {},
          .suspended_until = {},
          .last_seen = {},
          .last_peer = {}};
}

Facts with(const std::optional<Binding>& own, const std::optional<Binding>& licence = std::nullopt) {
  Facts facts;
  facts.binding = own;
  facts.licence = licence;
  return facts;
}

std::string text(const CountedNames& names) {
  return names.device + "|" + names.address + "|" + names.absent + "|" + names.account;
}

}  // namespace

TEST_CASE("a binding is in force while it is active and not expired") {
  auto one = binding();
  CHECK(in_force(one, start));
  one.expires = start + 1s;
  CHECK(in_force(one, start));
  one.expires = start;
  CHECK_FALSE(in_force(one, start));
  CHECK_FALSE(in_force(binding(BindingState::pending), start));
  CHECK_FALSE(in_force(binding(BindingState::revoked), start));
}

TEST_CASE("D6.4 a suspension that has ended is none") {
  auto one = binding(BindingState::suspended);
  CHECK_FALSE(in_force(one, start));
  one.suspended_until = start + 1s;
  CHECK_FALSE(in_force(one, start));
  one.suspended_until = start;
  CHECK(in_force(one, start));
  one.expires = start;
  CHECK_FALSE(in_force(one, start));
  auto revoked = binding(BindingState::revoked);
  revoked.suspended_until = start - 1s;
  CHECK_FALSE(in_force(revoked, start));
}

TEST_CASE("D7.3 a device counts where it is shown and its type says so") {
  Facts facts;
  const auto with_device = attempt();
  REQUIRE(counted_device(with_device, facts) != nullptr);
  CHECK(counted_device(with_device, facts)->type == "uuid");
  facts.type.flags = {TypeFlag::system_log};
  CHECK(counted_device(with_device, facts) == nullptr);
  auto without = attempt();
  without.device.reset();
  CHECK(counted_device(without, Facts()) == nullptr);
}

TEST_CASE("X2 an own device is one bound to this very account, in force and counting") {
  CHECK(is_own_device(attempt(), with(binding())));
  CHECK_FALSE(is_own_device(attempt(), with({})));
  CHECK_FALSE(is_own_device(attempt(), with({}, binding())));
  CHECK_FALSE(is_own_device(attempt(), with(binding(BindingState::pending))));
  CHECK_FALSE(is_own_device(attempt(), with(binding(BindingState::revoked), binding())));
  auto ended = binding();
  ended.expires = start;
  CHECK_FALSE(is_own_device(attempt(), with(ended)));
  auto facts = with(binding());
  facts.type.flags = {TypeFlag::user_log};
  CHECK_FALSE(is_own_device(attempt(), facts));
}

TEST_CASE("UC6 the network that stands for an address") {
  Settings settings;
  const auto network = [&](const char* peer) {
    const auto found = counted_network(attempt(peer), settings);
    return found ? found->to_string() : "none";
  };
  CHECK(network("198.51.100.9") == "198.51.100.9/32");
  CHECK(network("::ffff:198.51.100.9") == "198.51.100.9/32");
  CHECK(network("2001:db8:1:2:3::4") == "2001:db8:1:2::/64");
  settings.ipv4_prefix = 24;
  settings.ipv6_prefix = 48;
  CHECK(network("198.51.100.9") == "198.51.100.0/24");
  CHECK(network("2001:db8:1:2:3::4") == "2001:db8:1::/48");
  CHECK(network("") == "none");
}

TEST_CASE("UC6 a stranger's device is counted, and with it address and account") {
  CHECK(text(counted_names(attempt(), with({}))) ==
        "device " + hex + "|address 198.51.100.9/32||account alice@example.com");
  CHECK(text(counted_names(attempt(), with(binding(BindingState::pending)))) ==
        "device " + hex + "|address 198.51.100.9/32||account alice@example.com");
  CHECK(text(counted_names(attempt(""), with({}))) == "device " + hex + "|||account alice@example.com");
}

TEST_CASE("UC2 a device that many use is counted on each account apart, and with it address and account") {
  const auto apart =
      "device " + hex + " alice@example.com 198.51.100.9/32|address 198.51.100.9/32||account alice@example.com";
  CHECK(text(counted_names(attempt(), with({}, binding()))) == apart);
  auto shared = with({});
  shared.type.shared = true;
  CHECK(text(counted_names(attempt(), shared)) == apart);
  CHECK(text(counted_names(attempt(), with({}, binding(BindingState::revoked)))) ==
        "device " + hex + "|address 198.51.100.9/32||account alice@example.com");
}

TEST_CASE("X2 an own device is counted by account and network, and nothing else is") {
  CHECK(text(counted_names(attempt(), with(binding()))) == "device " + hex + " alice@example.com 198.51.100.9/32|||");
  CHECK(text(counted_names(attempt("2001:db8::1"), with(binding()))) ==
        "device " + hex + " alice@example.com 2001:db8::/64|||");
  CHECK(text(counted_names(attempt(""), with(binding()))) == "device " + hex + " alice@example.com |||");
  auto other = attempt();
  other.account = "bob@example.com";
  CHECK(counted_names(other, with(binding())).device == "device " + hex + " bob@example.com 198.51.100.9/32");
}

TEST_CASE("UC5 a client without identity is counted as such") {
  auto absent = attempt();
  absent.device.reset();
  CHECK(text(counted_names(absent, Facts())) ==
        "|address 198.51.100.9/32|absent 198.51.100.9/32|account alice@example.com");
  absent.peer.reset();
  CHECK(text(counted_names(absent, Facts())) == "|||account alice@example.com");
}

TEST_CASE("D7.3 a device that does not count is counted as absent, also where it is bound") {
  auto facts = with(binding());
  facts.type.flags = {TypeFlag::ignore};
  CHECK(text(counted_names(attempt(), facts)) ==
        "|address 198.51.100.9/32|absent 198.51.100.9/32|account alice@example.com");
}

TEST_CASE("UC6 the networks that are counted are those of the settings") {
  Facts facts;
  facts.settings.ipv4_prefix = 16;
  CHECK(counted_names(attempt(), facts).address == "address 198.51.0.0/16");
}
