// The policy as a table: what is known and what is tried on one side, the verdict on the other.
#include "plugin/policy/decide.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "plugin/policy/account.hpp"
#include "plugin/policy/rule.hpp"

using namespace clientid;
using namespace std::chrono_literals;

namespace {

const Time start{1'700'000'000s};  // every attempt is made at this time

using Offset = std::optional<std::chrono::seconds>;

constexpr auto active = BindingState::active;
constexpr auto pending = BindingState::pending;
constexpr auto suspended = BindingState::suspended;
constexpr auto revoked = BindingState::revoked;

struct Held {
  BindingState state = active;
  Offset suspended_until = std::nullopt;
  Offset expires = std::nullopt;
};

// A restriction that the attempt meets.
struct Limited {
  Restricted kind = Restricted::everybody;
  Effect effect = Effect::block;
  std::string_view by = "operator";
};

// Where the device was let in before.
struct Seen {
  std::string_view country;
  std::chrono::seconds ago{};
};

struct Row {
  std::string_view name;
  std::string settings = "mode=enforce";       // NAME=VALUE, blanks between them; durations from the attempt on
  std::string device = "uuid";                 // its type; empty: no identity
  std::string peer = "198.51.100.9";           // empty: not an IP connection
  std::optional<Held> binding = std::nullopt;  // of the device on the account
  std::optional<Held> licence = std::nullopt;  // of the device on any account
  unsigned devices = 0;                        // bound to the account
  unsigned waiting = 0;                        // for approval
  std::string_view type = "";                  // settings of the type, as in `settings`
  std::string_view token = "";                 // empty: not at hand
  std::vector<Limited> limited = {};
  Tally of_device = {};
  Tally of_address = {};
  Tally of_account = {};
  Tally of_absent = {};
  unsigned accounts = 0;  // on which the device is active
  unsigned sessions = 0;
  unsigned sessions_elsewhere = 0;
  std::string_view country = "";  // of the peer
  std::optional<Seen> seen = std::nullopt;
  bool store_answers = true;
  OnStoreFailure on_store_failure = OnStoreFailure::refuse;
  Verdict verdict{Decision::unavailable, Reason::bad_account};
};

constexpr Verdict enrol(Reason reason) {
  return {Decision::enrol, reason};
}
constexpr Verdict observed(Reason reason) {
  return {Decision::allow, reason, true};
}

const std::string networks = "mode=enforce trusted-networks=192.0.2.0/24,2001:db8::/32,203.0.113.7@1s ";

const std::vector<Row> table{
    // --- The store ---
    {.name = "threats: failing open - the store does not answer",
     .store_answers = false,
     .verdict = {Decision::unavailable, Reason::store_failure}},
    {.name = "the store does not answer, and the operator prefers mail to safety",
     .store_answers = false,
     .on_store_failure = OnStoreFailure::allow,
     .verdict = allow(Reason::store_failure)},
    {.name = "where the store answers, on-store-failure says nothing",
     .settings = "mode=enforce on-store-failure=allow",
     .on_store_failure = OnStoreFailure::allow,
     .verdict = refuse(Reason::unbound)},

    // --- mode=off ---
    {.name = "off asks nothing", .settings = "mode=off", .verdict = allow(Reason::off)},
    {.name = "off, no identity", .settings = "mode=off absent=refuse", .device = "", .verdict = allow(Reason::off)},
    {.name = "off, not even of a revoked device",
     .settings = "mode=off deny-types=uuid",
     .binding = Held{revoked},
     .verdict = allow(Reason::off)},

    // --- UC1, D6.5: the binding ---
    {.name = "UC1 a bound device", .binding = Held{}, .devices = 1, .verdict = allow(Reason::bound)},
    {.name = "D6.5 a device that is not bound", .devices = 1, .verdict = refuse(Reason::unbound)},
    {.name = "bound, in every mode: learn",
     .settings = "mode=learn max-devices=0",
     .binding = Held{},
     .verdict = allow(Reason::bound)},
    {.name = "bound, in every mode: learning is over",
     .settings = "mode=learn learn-until=2020-01-01",
     .binding = Held{},
     .verdict = allow(Reason::bound)},
    {.name = "bound, in every mode: quarantine",
     .settings = "mode=quarantine",
     .binding = Held{},
     .waiting = max_pending_devices,
     .verdict = allow(Reason::bound)},
    {.name = "bound, in every mode: observe",
     .settings = "mode=observe",
     .binding = Held{},
     .verdict = allow(Reason::bound)},
    {.name = "pending", .binding = Held{pending}, .verdict = refuse(Reason::pending)},
    {.name = "X5 pending is refused, and not put in quarantine anew",
     .settings = "mode=quarantine",
     .binding = Held{pending},
     .waiting = 1,
     .verdict = refuse(Reason::pending)},
    {.name = "pending is not learned",
     .settings = "mode=learn",
     .binding = Held{pending},
     .verdict = refuse(Reason::pending)},

    // --- Expiry ---
    {.name = "expires in a second", .binding = Held{active, {}, 1s}, .verdict = allow(Reason::bound)},
    {.name = "expires now", .binding = Held{active, {}, 0s}, .verdict = refuse(Reason::expired)},
    {.name = "expired a second ago", .binding = Held{active, {}, -1s}, .verdict = refuse(Reason::expired)},
    {.name = "an expired device is not learned",
     .settings = "mode=learn",
     .binding = Held{active, {}, 0s},
     .verdict = refuse(Reason::expired)},

    // --- D6.4: revoked and suspended ---
    {.name = "D6.4 revoked", .binding = Held{revoked}, .verdict = refuse(Reason::revoked)},
    {.name = "D6.4 revoked, while learning",
     .settings = "mode=learn",
     .binding = Held{revoked},
     .verdict = refuse(Reason::revoked)},
    {.name = "D6.4 revoked, while in quarantine mode",
     .settings = "mode=quarantine",
     .binding = Held{revoked},
     .verdict = refuse(Reason::revoked)},
    {.name = "D6.4 revoked for good, whatever its dates",
     .binding = Held{revoked, -1s, 1s},
     .verdict = refuse(Reason::revoked)},
    {.name = "D6.4 revoked, and of a denied type: the binding speaks first",
     .settings = "mode=enforce deny-types=uuid",
     .binding = Held{revoked},
     .verdict = refuse(Reason::revoked)},
    {.name = "D6.4 suspended without an end", .binding = Held{suspended}, .verdict = refuse(Reason::suspended)},
    {.name = "D6.4 suspended for one more second",
     .binding = Held{suspended, 1s},
     .verdict = refuse(Reason::suspended)},
    {.name = "D6.4 a suspension that ends now is over",
     .binding = Held{suspended, 0s},
     .verdict = allow(Reason::bound)},
    {.name = "D6.4 a suspension that is over", .binding = Held{suspended, -1s}, .verdict = allow(Reason::bound)},
    {.name = "D6.4 a suspension that is over, of a device that has expired",
     .binding = Held{suspended, -1s, 0s},
     .verdict = refuse(Reason::expired)},
    {.name = "the end of an earlier suspension says nothing of an active device",
     .binding = Held{active, 1s},
     .verdict = allow(Reason::bound)},
    {.name = "D6.4 suspended, while learning",
     .settings = "mode=learn",
     .binding = Held{suspended, 1s},
     .verdict = refuse(Reason::suspended)},

    // --- UC4: licences, and licence against own binding ---
    {.name = "UC4 a licence", .licence = Held{}, .verdict = allow(Reason::licensed)},
    {.name = "UC4 a licence needs no room on the account",
     .settings = "mode=learn max-devices=0",
     .licence = Held{},
     .verdict = allow(Reason::licensed)},
    {.name = "UC4 a licensed device is not learned",
     .settings = "mode=learn",
     .licence = Held{},
     .verdict = allow(Reason::licensed)},
    {.name = "UC4 a revoked licence", .licence = Held{revoked}, .verdict = refuse(Reason::revoked)},
    {.name = "UC4 a revoked licence is not learned",
     .settings = "mode=learn",
     .licence = Held{revoked},
     .verdict = refuse(Reason::revoked)},
    {.name = "UC4 a suspended licence", .licence = Held{suspended}, .verdict = refuse(Reason::suspended)},
    {.name = "UC4 a suspended licence whose suspension ends now",
     .licence = Held{suspended, 0s},
     .verdict = allow(Reason::licensed)},
    {.name = "UC4 a pending licence", .licence = Held{pending}, .verdict = refuse(Reason::pending)},
    {.name = "UC4 a licence that expires in a second",
     .licence = Held{active, {}, 1s},
     .verdict = allow(Reason::licensed)},
    {.name = "UC4 a licence that expires now", .licence = Held{active, {}, 0s}, .verdict = refuse(Reason::expired)},
    {.name = "both good: the own binding counts",
     .binding = Held{},
     .licence = Held{},
     .verdict = allow(Reason::bound)},
    {.name = "own binding revoked, licence good",
     .binding = Held{revoked},
     .licence = Held{},
     .verdict = refuse(Reason::revoked)},
    {.name = "own binding suspended, licence good",
     .binding = Held{suspended},
     .licence = Held{},
     .verdict = refuse(Reason::suspended)},
    {.name = "own binding expired, licence good",
     .binding = Held{active, {}, 0s},
     .licence = Held{},
     .verdict = refuse(Reason::expired)},
    {.name = "own binding pending, licence good",
     .binding = Held{pending},
     .licence = Held{},
     .verdict = refuse(Reason::pending)},
    {.name = "own binding good, licence revoked",
     .binding = Held{},
     .licence = Held{revoked},
     .verdict = allow(Reason::bound)},
    {.name = "own binding good, licence expired",
     .binding = Held{},
     .licence = Held{active, {}, -1s},
     .verdict = allow(Reason::bound)},

    // --- UC3: mode=learn ---
    {.name = "UC3 a new device is learned", .settings = "mode=learn", .verdict = enrol(Reason::learned)},
    {.name = "UC3 learn is the mode by default", .settings = "", .verdict = enrol(Reason::learned)},
    {.name = "UC3 the last device that has room",
     .settings = "mode=learn max-devices=5",
     .devices = 4,
     .verdict = enrol(Reason::learned)},
    {.name = "UC3 max-devices are bound",
     .settings = "mode=learn max-devices=5",
     .devices = 5,
     .verdict = quarantine(Reason::devices_full)},
    {.name = "UC3 more than max-devices are bound",
     .settings = "mode=learn max-devices=5",
     .devices = 6,
     .verdict = quarantine(Reason::devices_full)},
    {.name = "UC3 max-devices=0", .settings = "mode=learn max-devices=0", .verdict = quarantine(Reason::devices_full)},
    {.name = "UC3 max-devices are bound, when-full=refuse",
     .settings = "mode=learn max-devices=5 when-full=refuse",
     .devices = 5,
     .verdict = refuse(Reason::devices_full)},
    {.name = "UC3 room is left, when-full=refuse",
     .settings = "mode=learn max-devices=5 when-full=refuse",
     .devices = 4,
     .verdict = enrol(Reason::learned)},
    {.name = "threats: floods - full, and room for one more to wait",
     .settings = "mode=learn max-devices=5",
     .devices = 5,
     .waiting = max_pending_devices - 1,
     .verdict = quarantine(Reason::devices_full)},
    {.name = "threats: floods - full, and too many wait already",
     .settings = "mode=learn max-devices=5",
     .devices = 5,
     .waiting = max_pending_devices,
     .verdict = refuse(Reason::pending_full)},
    {.name = "UC3 those that wait take no room from those that are learned",
     .settings = "mode=learn",
     .waiting = max_pending_devices,
     .verdict = enrol(Reason::learned)},
    {.name = "UC3 learning ends in a second",
     .settings = "mode=learn learn-until=1s",
     .verdict = enrol(Reason::learned)},
    {.name = "UC3 learning ends now",
     .settings = "mode=learn learn-until=0s",
     .verdict = refuse(Reason::learning_over)},
    {.name = "UC3 learning is over",
     .settings = "mode=learn learn-until=2020-01-01",
     .verdict = refuse(Reason::learning_over)},
    {.name = "UC3 learning is over, and full as well",
     .settings = "mode=learn learn-until=0s max-devices=0",
     .verdict = refuse(Reason::learning_over)},

    // --- X5: mode=quarantine ---
    {.name = "X5 a new device waits for approval",
     .settings = "mode=quarantine",
     .verdict = quarantine(Reason::quarantined)},
    {.name = "X5 the last one that may wait",
     .settings = "mode=quarantine",
     .waiting = max_pending_devices - 1,
     .verdict = quarantine(Reason::quarantined)},
    {.name = "threats: floods - too many wait already",
     .settings = "mode=quarantine",
     .waiting = max_pending_devices,
     .verdict = refuse(Reason::pending_full)},
    {.name = "X5 max-devices does not count there",
     .settings = "mode=quarantine max-devices=0 learn-until=0s",
     .devices = 9,
     .verdict = quarantine(Reason::quarantined)},

    // --- D6.1, D6.2: types ---
    {.name = "D6.2 a denied type", .settings = "mode=learn deny-types=mac,uu*", .verdict = refuse(Reason::type_denied)},
    {.name = "D6.2 a denied type, though bound",
     .settings = "mode=enforce deny-types=uuid",
     .binding = Held{},
     .verdict = refuse(Reason::type_denied)},
    {.name = "D6.2 a denied type, though licensed",
     .settings = "mode=enforce deny-types=uuid",
     .licence = Held{},
     .verdict = refuse(Reason::type_denied)},
    {.name = "D6.2 another type than those denied",
     .settings = "mode=learn deny-types=mac,cookie*",
     .verdict = enrol(Reason::learned)},
    {.name = "D6.2 denied and allowed: denied",
     .settings = "mode=learn deny-types=uuid allow-types=uuid",
     .verdict = refuse(Reason::type_denied)},
    {.name = "D6.2 an allowed type", .settings = "mode=learn allow-types=mac,uuid", .verdict = enrol(Reason::learned)},
    {.name = "D6.2 another type than those allowed",
     .settings = "mode=learn allow-types=mac,tls-*",
     .binding = Held{},
     .verdict = refuse(Reason::type_not_allowed)},
    {.name = "D6.2 not allowed speaks before not required",
     .settings = "mode=learn allow-types=mac require-types=mac",
     .verdict = refuse(Reason::type_not_allowed)},
    {.name = "D6.1 a required type",
     .settings = "mode=learn require-types=mac,u?id",
     .verdict = enrol(Reason::learned)},
    {.name = "D6.1 another type than those required",
     .settings = "mode=learn require-types=mac",
     .binding = Held{},
     .verdict = refuse(Reason::type_required)},
    {.name = "D6.1 no identity where a type is required",
     .settings = "mode=learn absent=allow require-types=*",
     .device = "",
     .verdict = refuse(Reason::type_required)},
    {.name = "D6.2 no identity is of no denied type",
     .settings = "mode=learn absent=allow deny-types=*",
     .device = "",
     .verdict = allow(Reason::absent_allowed)},
    {.name = "D6.2 no identity is of no type that would have to be allowed",
     .settings = "mode=learn absent=allow allow-types=mac",
     .device = "",
     .verdict = allow(Reason::absent_allowed)},
    {.name = "D7.1 an unknown type is as good as any",
     .settings = "mode=learn",
     .device = "no-such-thing",
     .verdict = enrol(Reason::learned)},

    // --- UC5: no identity ---
    {.name = "UC5 no identity, absent=allow",
     .settings = "mode=enforce absent=allow",
     .device = "",
     .devices = 1,
     .verdict = allow(Reason::absent_allowed)},
    {.name = "UC5 no identity, absent=until-bound, none bound",
     .settings = "mode=enforce absent=until-bound",
     .device = "",
     .waiting = 3,
     .verdict = allow(Reason::absent_until_bound)},
    {.name = "UC5 no identity, absent=until-bound, one bound",
     .settings = "mode=enforce absent=until-bound",
     .device = "",
     .devices = 1,
     .verdict = refuse(Reason::absent_after_bound)},
    {.name = "UC5 no identity, absent=refuse",
     .settings = "mode=learn absent=refuse",
     .device = "",
     .verdict = refuse(Reason::absent_refused)},
    {.name = "UC5 no identity, by default: learn",
     .settings = "mode=learn",
     .device = "",
     .devices = 1,
     .verdict = allow(Reason::absent_allowed)},
    {.name = "UC5 no identity, by default: observe",
     .settings = "mode=observe",
     .device = "",
     .devices = 1,
     .verdict = allow(Reason::absent_allowed)},
    {.name = "UC5 no identity, by default: quarantine",
     .settings = "mode=quarantine",
     .device = "",
     .verdict = refuse(Reason::absent_refused)},
    {.name = "UC5 no identity, by default: enforce",
     .settings = "mode=enforce",
     .device = "",
     .verdict = refuse(Reason::absent_refused)},
    {.name = "UC5 absent says nothing of a device that shows itself",
     .settings = "mode=enforce absent=allow",
     .verdict = refuse(Reason::unbound)},

    // --- Trusted networks ---
    {.name = "from a trusted network",
     .settings = networks,
     .device = "",
     .peer = "192.0.2.7",
     .verdict = allow(Reason::trusted_network)},
    {.name = "from a trusted network, mapped into IPv6",
     .settings = networks,
     .device = "",
     .peer = "::ffff:192.0.2.7",
     .verdict = allow(Reason::trusted_network)},
    {.name = "from a trusted network of IPv6",
     .settings = networks,
     .device = "",
     .peer = "2001:db8::7",
     .verdict = allow(Reason::trusted_network)},
    {.name = "from beside a trusted network",
     .settings = networks,
     .device = "",
     .peer = "192.0.3.7",
     .verdict = refuse(Reason::absent_refused)},
    {.name = "from beside a trusted network, mapped into IPv6",
     .settings = networks,
     .device = "",
     .peer = "::ffff:192.0.3.7",
     .verdict = refuse(Reason::absent_refused)},
    {.name = "an IPv6 address whose end looks like a trusted one",
     .settings = networks,
     .device = "",
     .peer = "2001:db9::192.0.2.7",
     .verdict = refuse(Reason::absent_refused)},
    {.name = "from nowhere", .settings = networks, .device = "", .peer = "", .verdict = refuse(Reason::absent_refused)},
    {.name = "a trusted network for one more second",
     .settings = networks,
     .device = "",
     .peer = "203.0.113.7",
     .verdict = allow(Reason::trusted_network)},
    {.name = "trusted until now",
     .settings = "mode=enforce trusted-networks=203.0.113.7@0s",
     .device = "",
     .peer = "203.0.113.7",
     .verdict = refuse(Reason::absent_refused)},
    {.name = "trusted once",
     .settings = "mode=enforce trusted-networks=203.0.113.7@2020-01-01",
     .device = "",
     .peer = "203.0.113.7",
     .verdict = refuse(Reason::absent_refused)},
    {.name = "trusted once, and for ever as part of another",
     .settings = "mode=enforce trusted-networks=203.0.113.7@2020-01-01,203.0.113.0/24",
     .device = "",
     .peer = "203.0.113.7",
     .verdict = allow(Reason::trusted_network)},
    {.name = "from a trusted network no type is required",
     .settings = networks + "require-types=uuid",
     .device = "",
     .peer = "192.0.2.7",
     .verdict = allow(Reason::trusted_network)},
    {.name = "from elsewhere a type is required",
     .settings = networks + "require-types=uuid",
     .device = "",
     .verdict = refuse(Reason::type_required)},
    {.name = "where trust has ended a type is required",
     .settings = "mode=enforce require-types=uuid trusted-networks=203.0.113.7@0s",
     .device = "",
     .peer = "203.0.113.7",
     .verdict = refuse(Reason::type_required)},
    {.name = "a trusted network speaks before absent=until-bound",
     .settings = networks + "absent=until-bound",
     .device = "",
     .peer = "192.0.2.7",
     .devices = 1,
     .verdict = allow(Reason::trusted_network)},
    {.name = "from a trusted network a device that shows itself is judged all the same",
     .settings = networks,
     .peer = "192.0.2.7",
     .verdict = refuse(Reason::unbound)},
    {.name = "from a trusted network a revoked device stays revoked",
     .settings = networks,
     .peer = "192.0.2.7",
     .binding = Held{revoked},
     .verdict = refuse(Reason::revoked)},
    {.name = "from a trusted network another type is not the required one",
     .settings = networks + "require-types=mac",
     .peer = "192.0.2.7",
     .verdict = refuse(Reason::type_required)},

    // --- X4: mode=observe decides as enforce would, and lets everybody in ---
    {.name = "X4 unbound", .settings = "mode=observe", .verdict = observed(Reason::unbound)},
    {.name = "X4 not learned, though there is room",
     .settings = "mode=observe max-devices=5 learn-until=1d",
     .verdict = observed(Reason::unbound)},
    {.name = "X4 revoked", .settings = "mode=observe", .binding = Held{revoked}, .verdict = observed(Reason::revoked)},
    {.name = "X4 suspended",
     .settings = "mode=observe",
     .binding = Held{suspended},
     .verdict = observed(Reason::suspended)},
    {.name = "X4 expired",
     .settings = "mode=observe",
     .binding = Held{active, {}, 0s},
     .verdict = observed(Reason::expired)},
    {.name = "X4 pending", .settings = "mode=observe", .binding = Held{pending}, .verdict = observed(Reason::pending)},
    {.name = "X4 a denied type", .settings = "mode=observe deny-types=*", .verdict = observed(Reason::type_denied)},
    {.name = "X4 no identity",
     .settings = "mode=observe absent=refuse",
     .device = "",
     .verdict = observed(Reason::absent_refused)},
    {.name = "X4 no identity, absent=until-bound",
     .settings = "mode=observe absent=until-bound",
     .device = "",
     .devices = 1,
     .verdict = observed(Reason::absent_after_bound)},
    {.name = "X4 what enforce allows is not observed",
     .settings = "mode=observe",
     .licence = Held{},
     .verdict = allow(Reason::licensed)},
    {.name = "X4 does not hide that the store is gone",
     .settings = "mode=observe",
     .store_answers = false,
     .verdict = {Decision::unavailable, Reason::store_failure}},
    // --- D6.4, UC6: blocks ---
    {.name = "UC6 a blocked device",
     .settings = "mode=learn",
     .limited = {{Restricted::device}},
     .verdict = refuse(Reason::device_blocked)},
    {.name = "UC6 a blocked network",
     .settings = "mode=learn",
     .limited = {{Restricted::network}},
     .verdict = refuse(Reason::address_blocked)},
    {.name = "D6.4 an operator's block holds against a bound device",
     .binding = Held{},
     .limited = {{Restricted::device}},
     .verdict = refuse(Reason::device_blocked)},
    {.name = "D6.4 an operator's block of a network holds against a bound device",
     .binding = Held{},
     .limited = {{Restricted::network}},
     .verdict = refuse(Reason::address_blocked)},
    {.name = "D6.4 a blocked network, no identity",
     .settings = "mode=enforce absent=allow",
     .device = "",
     .limited = {{Restricted::network}},
     .verdict = refuse(Reason::address_blocked)},
    {.name = "X2 what detection blocks spares a device on its own account",
     .binding = Held{},
     .limited = {{Restricted::device, Effect::block, by_detection}, {Restricted::network, Effect::block, by_detection}},
     .verdict = allow(Reason::bound)},
    {.name = "UC7 what detection blocks spares no licence",
     .licence = Held{},
     .limited = {{Restricted::device, Effect::block, by_detection}},
     .verdict = refuse(Reason::device_blocked)},
    {.name = "UC7 what detection blocks spares no expired device",
     .binding = Held{active, {}, 0s},
     .limited = {{Restricted::device, Effect::block, by_detection}},
     .verdict = refuse(Reason::device_blocked)},
    {.name = "X2 an operator's block beside one of detection holds",
     .binding = Held{},
     .limited = {{Restricted::device, Effect::block, by_detection}, {Restricted::network}},
     .verdict = refuse(Reason::address_blocked)},

    // --- D7.3: flags of the type ---
    {.name = "D7.3 an ignored type is no identity",
     .settings = "mode=enforce absent=allow",
     .type = "flags=ignore",
     .verdict = allow(Reason::absent_allowed)},
    {.name = "D7.3 an ignored type is no identity, though bound",
     .binding = Held{},
     .type = "flags=ignore",
     .verdict = refuse(Reason::absent_refused)},
    {.name = "D7.3 a type for debugging is no identity",
     .binding = Held{},
     .type = "flags=debug",
     .verdict = refuse(Reason::absent_refused)},
    {.name = "D7.3 a type that is only logged is no identity",
     .settings = "mode=learn",
     .type = "flags=system-log,user-log",
     .verdict = allow(Reason::absent_allowed)},
    {.name = "D7.3 a type that only authenticates is one",
     .settings = "mode=learn",
     .type = "flags=authenticate",
     .verdict = enrol(Reason::learned)},
    {.name = "D7.3 an ignored type is none that is required",
     .settings = "mode=learn require-types=uuid",
     .type = "flags=ignore",
     .verdict = refuse(Reason::type_required)},
    {.name = "D7.3 an ignored type is none that is denied",
     .settings = "mode=learn deny-types=uuid",
     .type = "flags=ignore",
     .verdict = allow(Reason::absent_allowed)},
    {.name = "D6.4 a revoked device is refused before the flags of its type",
     .settings = "mode=learn",
     .binding = Held{revoked},
     .type = "flags=ignore",
     .verdict = refuse(Reason::revoked)},

    // --- D7.4: form of the token ---
    {.name = "D7.4 a token of another form is noted",
     .settings = "mode=learn",
     .token = "no-uuid",
     .verdict = enrol(Reason::learned)},
    {.name = "D7.4 a token of another form, where that counts",
     .settings = "mode=learn",
     .type = "on-mismatch=refuse",
     .token = "no-uuid",
     .verdict = refuse(Reason::form_mismatch)},
    {.name = "D7.4 a token of another form, where that counts, though bound",
     .binding = Held{},
     .type = "on-mismatch=refuse",
     .token = "no-uuid",
     .verdict = refuse(Reason::form_mismatch)},
    {.name = "D7.4 a token of its form",
     .binding = Held{},
     .type = "on-mismatch=refuse",
     .token = "23bf83be-aad7-46aa-9e0f-39191ccf402f",
     .verdict = allow(Reason::bound)},
    {.name = "D7.4 the form of a type that is ignored",
     .settings = "mode=learn",
     .type = "flags=ignore on-mismatch=refuse",
     .token = "no-uuid",
     .verdict = allow(Reason::absent_allowed)},
    {.name = "D7.4 the lists of types speak before the form",
     .settings = "mode=learn deny-types=uuid",
     .type = "on-mismatch=refuse",
     .token = "no-uuid",
     .verdict = refuse(Reason::type_denied)},

    // --- U6.2.1, U6.2.2: attack mode ---
    {.name = "U6.2.2 known-only, a bound device",
     .binding = Held{},
     .limited = {{Restricted::everybody, Effect::known_only}},
     .verdict = allow(Reason::bound)},
    {.name = "U6.2.2 known-only, a licence",
     .licence = Held{},
     .limited = {{Restricted::everybody, Effect::known_only}},
     .verdict = allow(Reason::licensed)},
    {.name = "U6.2.2 known-only, a new device",
     .settings = "mode=learn",
     .limited = {{Restricted::account, Effect::known_only}},
     .verdict = refuse(Reason::known_only)},
    {.name = "U6.2.2 known-only, a pending device",
     .binding = Held{pending},
     .limited = {{Restricted::network, Effect::known_only}},
     .verdict = refuse(Reason::known_only)},
    {.name = "U6.2.2 known-only, an expired device",
     .binding = Held{active, {}, 0s},
     .limited = {{Restricted::network, Effect::known_only}},
     .verdict = refuse(Reason::known_only)},
    {.name = "U6.2.2 known-only, no identity",
     .settings = "mode=learn",
     .device = "",
     .limited = {{Restricted::everybody, Effect::known_only}},
     .verdict = refuse(Reason::known_only)},
    {.name = "U6.2.2 known-only, no identity, from a trusted network",
     .settings = networks,
     .device = "",
     .peer = "192.0.2.7",
     .limited = {{Restricted::everybody, Effect::known_only}},
     .verdict = allow(Reason::trusted_network)},
    {.name = "U6.2.2 known-only, a new device, from a trusted network",
     .settings = networks,
     .peer = "192.0.2.7",
     .limited = {{Restricted::everybody, Effect::known_only}},
     .verdict = refuse(Reason::known_only)},
    {.name = "U6.2.1 valid-only, a new device",
     .settings = "mode=learn",
     .limited = {{Restricted::network, Effect::valid_only}},
     .verdict = enrol(Reason::learned)},
    {.name = "U6.2.1 valid-only, no identity",
     .settings = "mode=learn",
     .device = "",
     .limited = {{Restricted::network, Effect::valid_only}},
     .verdict = refuse(Reason::valid_only)},
    {.name = "U6.2.1 valid-only, a type that does not count",
     .settings = "mode=learn",
     .type = "flags=debug",
     .limited = {{Restricted::network, Effect::valid_only}},
     .verdict = refuse(Reason::valid_only)},
    {.name = "U6.2.1 valid-only, a token that has not its form",
     .settings = "mode=learn",
     .token = "no-uuid",
     .limited = {{Restricted::network, Effect::valid_only}},
     .verdict = refuse(Reason::valid_only)},
    {.name = "X2 valid-only, a bound device whose token has not its form",
     .binding = Held{},
     .token = "no-uuid",
     .limited = {{Restricted::network, Effect::valid_only}},
     .verdict = allow(Reason::bound)},
    {.name = "U6.2.2 the stricter of two counts",
     .settings = "mode=learn",
     .device = "",
     .limited = {{Restricted::network, Effect::valid_only}, {Restricted::everybody, Effect::known_only}},
     .verdict = refuse(Reason::known_only)},

    // --- U6.2.3, UC6: limits ---
    {.name = "U6.2.3 failures of the device", .of_device = {0, 20}, .verdict = refuse(Reason::device_limit)},
    {.name = "U6.2.3 one failure less", .of_device = {900, 19}, .verdict = refuse(Reason::unbound)},
    {.name = "U6.2.3 a bound device answers to its own limit",
     .binding = Held{},
     .of_device = {0, 20},
     .verdict = refuse(Reason::device_limit)},
    {.name = "U6.2.3 attempts of the device",
     .settings = "mode=learn device-attempts=5/1m device-failures=none",
     .of_device = {5, 900},
     .verdict = refuse(Reason::device_limit)},
    {.name = "U6.2.3 one attempt less",
     .settings = "mode=learn device-attempts=5/1m device-failures=none",
     .of_device = {4, 900},
     .verdict = enrol(Reason::learned)},
    {.name = "UC6 failures from the network", .of_address = {0, 100}, .verdict = refuse(Reason::address_limit)},
    {.name = "UC6 attempts from the network",
     .settings = "mode=learn address-attempts=5/1m",
     .of_address = {5, 0},
     .verdict = refuse(Reason::address_limit)},
    {.name = "UC6 failures from the network, no identity",
     .settings = "mode=enforce absent=allow",
     .device = "",
     .of_address = {0, 100},
     .verdict = refuse(Reason::address_limit)},
    {.name = "UC6 failures on the account", .of_account = {0, 50}, .verdict = refuse(Reason::account_limit)},
    {.name = "UC6 attempts on the account",
     .settings = "mode=learn account-attempts=5/1m",
     .of_account = {5, 0},
     .verdict = refuse(Reason::account_limit)},
    {.name = "X2 neither network nor account keep out a bound device",
     .binding = Held{},
     .of_address = {9999, 9999},
     .of_account = {9999, 9999},
     .verdict = allow(Reason::bound)},
    {.name = "UC6 a licence is no device of the account",
     .licence = Held{},
     .of_account = {0, 50},
     .verdict = refuse(Reason::account_limit)},
    {.name = "UC6 no limits",
     .settings = "mode=learn device-failures=none address-failures=none account-failures=none",
     .of_device = {9999, 9999},
     .of_address = {9999, 9999},
     .of_account = {9999, 9999},
     .verdict = enrol(Reason::learned)},

    // --- UC2: one device, many accounts ---
    {.name = "UC2 a device of many accounts",
     .settings = "mode=learn",
     .accounts = 10,
     .verdict = refuse(Reason::too_many_accounts)},
    {.name = "UC2 one account less", .settings = "mode=learn", .accounts = 9, .verdict = enrol(Reason::learned)},
    {.name = "UC2 bound already", .binding = Held{}, .accounts = 99, .verdict = allow(Reason::bound)},
    {.name = "UC2 a licence", .licence = Held{}, .accounts = 99, .verdict = allow(Reason::licensed)},
    {.name = "UC2 a shared type",
     .settings = "mode=learn",
     .type = "shared=yes",
     .accounts = 99,
     .verdict = enrol(Reason::learned)},
    {.name = "UC2 no cap",
     .settings = "mode=learn max-accounts-per-device=none",
     .accounts = 99,
     .verdict = enrol(Reason::learned)},

    // --- U6.2.4: two places ---
    {.name = "U6.2.4 in another country an hour later",
     .settings = "mode=enforce two-places=refuse",
     .binding = Held{},
     .country = "BR",
     .seen = Seen{"DE", 1h},
     .verdict = refuse(Reason::two_places)},
    {.name = "U6.2.4 in another country after a journey",
     .settings = "mode=enforce two-places=refuse",
     .binding = Held{},
     .country = "BR",
     .seen = Seen{"DE", 2h},
     .verdict = allow(Reason::bound)},
    {.name = "U6.2.4 in the same country",
     .settings = "mode=enforce two-places=refuse",
     .binding = Held{},
     .country = "DE",
     .seen = Seen{"DE", 1s},
     .verdict = allow(Reason::bound)},
    {.name = "U6.2.4 only an alert by default",
     .binding = Held{},
     .country = "BR",
     .seen = Seen{"DE", 1s},
     .verdict = allow(Reason::bound)},
    {.name = "U6.2.4 without countries, a session elsewhere",
     .settings = "mode=enforce two-places=refuse",
     .binding = Held{},
     .sessions = 1,
     .sessions_elsewhere = 1,
     .verdict = refuse(Reason::two_places)},
    {.name = "U6.2.4 without countries, a session in the same network",
     .settings = "mode=enforce two-places=refuse",
     .binding = Held{},
     .sessions = 1,
     .verdict = allow(Reason::bound)},
    {.name = "U6.2.4 who comes by no network is in no other one",
     .settings = "mode=enforce two-places=refuse",
     .peer = "",
     .binding = Held{},
     .sessions = 1,
     .sessions_elsewhere = 1,
     .verdict = allow(Reason::bound)},
    {.name = "U6.2.4 with countries, a session elsewhere says nothing",
     .settings = "mode=enforce two-places=refuse",
     .binding = Held{},
     .sessions = 1,
     .sessions_elsewhere = 1,
     .country = "DE",
     .seen = Seen{"DE", 1s},
     .verdict = allow(Reason::bound)},

    // --- U6.2.3: open sessions ---
    {.name = "U6.2.3 too many open sessions",
     .binding = Held{},
     .sessions = 100,
     .verdict = refuse(Reason::device_sessions)},
    {.name = "U6.2.3 one session less", .binding = Held{}, .sessions = 99, .verdict = allow(Reason::bound)},
    {.name = "U6.2.3 no cap on sessions",
     .settings = "mode=enforce device-sessions=none",
     .binding = Held{},
     .sessions = 9999,
     .verdict = allow(Reason::bound)},

    // --- UC5: limits of clients without identity ---
    {.name = "UC5 failures of clients without identity",
     .settings = "mode=learn",
     .device = "",
     .of_absent = {0, 20},
     .verdict = refuse(Reason::absent_limit)},
    {.name = "UC5 attempts of clients without identity",
     .settings = "mode=learn absent-attempts=5/1m",
     .device = "",
     .of_absent = {5, 0},
     .verdict = refuse(Reason::absent_limit)},
    {.name = "UC5 they concern no client with one",
     .settings = "mode=learn",
     .of_absent = {0, 20},
     .verdict = enrol(Reason::learned)},
    {.name = "UC5 nor one in a trusted network",
     .settings = networks,
     .device = "",
     .peer = "192.0.2.7",
     .of_absent = {0, 20},
     .verdict = allow(Reason::trusted_network)},

    // --- X4: observe, of the rules on abuse ---
    {.name = "X4 a blocked device",
     .settings = "mode=observe",
     .limited = {{Restricted::device}},
     .verdict = observed(Reason::device_blocked)},
    {.name = "X4 known-only",
     .settings = "mode=observe",
     .limited = {{Restricted::everybody, Effect::known_only}},
     .verdict = observed(Reason::known_only)},
    {.name = "X4 a limit",
     .settings = "mode=observe",
     .of_account = {0, 50},
     .verdict = observed(Reason::account_limit)},
};

Fingerprint a_fingerprint() {
  std::array<std::uint8_t, Fingerprint::size> octets{};
  octets.front() = 0xab;
  return Fingerprint(octets);
}

std::optional<Binding> binding(const std::optional<Held>& held, std::string_view account, std::int64_t id) {
  if (!held) return std::nullopt;
  const auto at = [](const Offset& offset) { return offset ? std::optional(start + *offset) : std::nullopt; };
  return Binding{.id = id,
                 .account = std::string(account),
                 .type = "uuid",
                 .fingerprint = a_fingerprint(),
                 .key_id = "1",
                 .state = held->state,
                 .label = {},
                 .created = start - 24h,
                 .created_by = "learned",
                 .expires = at(held->expires),
                 .suspended_until = at(held->suspended_until),
                 .last_seen = {},
                 .last_peer = {}};
}

Attempt attempt(const Row& row) {
  Attempt made{.service = "smtp", .account = "alice@example.com", .device = {}, .peer = {}, .at = start};
  if (!row.device.empty()) made.device = Device{row.device, a_fingerprint(), {}};
  if (!row.peer.empty()) made.peer = Address::parse(row.peer).value();
  return made;
}

// "NAME=VALUE NAME=VALUE"
template <typename Set>
void for_each_setting(std::string_view text, Set set_one) {
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    set_one(word.substr(0, equals), word.substr(equals + 1));
  }
}

std::vector<Restriction> restrictions(const Row& row) {
  std::vector<Restriction> all;
  for (const auto& [kind, effect, by] : row.limited) {
    std::string subject;
    if (kind == Restricted::account) subject = "alice@example.com";
    if (kind == Restricted::device) subject = a_fingerprint().hex();
    if (kind == Restricted::network) subject = "198.51.100.0/24";
    all.push_back(
        {.kind = kind, .subject = subject, .effect = effect, .until = start + 1h, .created_by = std::string(by)});
  }
  return all;
}

std::optional<GeoLocation> location(std::string_view country) {
  if (country.empty()) return std::nullopt;
  return GeoLocation{std::string(country), std::nullopt};
}

Facts facts(const Row& row) {
  SettingsLevel level;
  for_each_setting(row.settings, [&](const auto& name, const auto& value) { set(level, name, value, start); });
  TypeLevel type;
  for_each_setting(row.type, [&](const auto& name, const auto& value) { set(type, name, value); });
  Facts known{.settings = effective({&level}),
              .type = effective(row.device, type, {}),
              .form = {},
              .restrictions = restrictions(row),
              .binding = binding(row.binding, "alice@example.com", 7),
              .licence = binding(row.licence, any_account, 8),
              .active_devices = row.devices,
              .pending_devices = row.waiting,
              .device = row.of_device,
              .address = row.of_address,
              .absent = row.of_absent,
              .account = row.of_account,
              .accounts_of_device = row.accounts,
              .sessions = row.sessions,
              .sessions_elsewhere = row.sessions_elsewhere,
              .last_sighting = {},
              .location = location(row.country)};
  if (!row.token.empty()) known.form = check_form(known.type.form, row.token);
  if (row.seen) {
    known.last_sighting = Sighting{*Address::parse("203.0.113.1"), start - row.seen->ago, location(row.seen->country)};
  }
  return known;
}

Verdict verdict_on(const Row& row) {
  const auto known = facts(row);
  return decide(attempt(row), row.store_answers ? &known : nullptr, row.on_store_failure);
}

std::vector<RuleReport> reports_on(const Row& row) {
  const auto known = facts(row);
  return explain(attempt(row), row.store_answers ? &known : nullptr, row.on_store_failure);
}

std::string text(const Verdict& verdict) {
  return std::string(name(verdict.decision)) + " " + std::string(name(verdict.reason)) +
         (verdict.observed ? " observed" : "");
}

std::vector<Reason> all_reasons() {
  std::vector<Reason> all;
  for (auto number = 0U; number <= static_cast<unsigned>(Reason::unbound); ++number) {
    all.push_back(static_cast<Reason>(number));
  }
  return all;
}

// What the rule of this name saw; empty where it was not asked.
std::string saw(const Row& row, std::string_view rule) {
  for (const auto& report : reports_on(row)) {
    if (report.rule == rule) return report.saw;
  }
  return {};
}

// Each rule, with what makes it speak. A row that holds several of them is decided by the first.
struct Speaker {
  std::string_view rule;
  Reason reason;
  void (*provoke)(Attempt&, Facts&);
};

constexpr std::array speakers{
    Speaker{"mode", Reason::off, [](Attempt&, Facts& facts) { facts.settings.mode = Mode::off; }},
    Speaker{"blocks", Reason::device_blocked,
            [](Attempt&, Facts& facts) {
              facts.restrictions.push_back({.kind = Restricted::device, .effect = Effect::block});
            }},
    Speaker{"refused binding", Reason::revoked,
            [](Attempt&, Facts& facts) { facts.licence = binding(Held{revoked}, any_account, 8); }},
    Speaker{"types", Reason::type_denied, [](Attempt&, Facts& facts) { facts.settings.deny_types = {"*"}; }},
    Speaker{"attack mode", Reason::known_only,
            [](Attempt&, Facts& facts) { facts.restrictions.push_back({.effect = Effect::known_only}); }},
    Speaker{"limits", Reason::account_limit, [](Attempt&, Facts& facts) { facts.account.failures = 50; }},
    Speaker{"accounts of the device", Reason::too_many_accounts,
            [](Attempt&, Facts& facts) { facts.accounts_of_device = 10; }},
    Speaker{"two places", Reason::two_places,
            [](Attempt&, Facts& facts) {
              facts.settings.two_places = TwoPlaces::refuse;
              facts.sessions_elsewhere = 1;
            }},
    Speaker{"open sessions", Reason::device_sessions, [](Attempt&, Facts& facts) { facts.sessions = 100; }},
    Speaker{"no identity", Reason::absent_refused,
            [](Attempt& attempt, Facts& facts) {
              attempt.device.reset();
              facts.settings.absent = Absent::refuse;
            }},
    Speaker{"binding", Reason::expired,
            [](Attempt&, Facts& facts) {
              if (!facts.licence) facts.licence = binding(Held{active, {}, 0s}, any_account, 8);
            }},
    Speaker{"new device", Reason::unbound, [](Attempt&, Facts&) {}},
};

}  // namespace

TEST_CASE("for any two rules that both speak, the earlier one wins") {
  for (std::size_t first = 0; first < speakers.size(); ++first) {
    for (std::size_t second = first; second < speakers.size(); ++second) {
      CAPTURE(speakers.at(first).rule);
      CAPTURE(speakers.at(second).rule);
      const Row row{.name = ""};
      auto tried = attempt(row);
      auto known = facts(row);
      speakers.at(first).provoke(tried, known);
      speakers.at(second).provoke(tried, known);
      // A rule on the device has nothing to say where none is shown, nor one on new devices where it is known.
      const auto without = [&](std::string_view rule) { return speakers.at(first).rule == rule; };
      const bool unheard =
          speakers.at(second).rule == "no identity" &&
          (without("types") || without("accounts of the device") || without("two places") || without("open sessions"));
      const bool known_device = without("accounts of the device") && known.licence;
      if (unheard || known_device) continue;
      const auto verdict = decide(tried, &known, OnStoreFailure::refuse);
      CHECK(name(verdict.reason) == name(speakers.at(first).reason));
      const auto reports = explain(tried, &known, OnStoreFailure::refuse);
      CHECK(reports.back().rule == speakers.at(first).rule);
    }
  }
}

TEST_CASE("the table of verdicts") {
  for (const auto& row : table) {
    CAPTURE(row.name);
    CHECK(text(verdict_on(row)) == text(row.verdict));
  }
}

TEST_CASE("X6 explain() agrees with decide() on every row") {
  for (const auto& row : table) {
    CAPTURE(row.name);
    const auto reports = reports_on(row);
    REQUIRE_FALSE(reports.empty());
    REQUIRE(reports.back().said);
    CHECK(text(*reports.back().said) == text(verdict_on(row)));
    CHECK(reports.front().rule == "store");
    CHECK((reports.size() == 1) == !row.store_answers);
    for (std::size_t i = 0; i + 1 < reports.size(); ++i) CHECK_FALSE(reports[i].said);
    for (const auto& report : reports) {
      CHECK_FALSE(report.rule.empty());
      CHECK_FALSE(report.saw.empty());
    }
  }
}

TEST_CASE("every reason is in the table") {
  // Given before there is an attempt to judge, so that decide() never says it.
  std::set<Reason> seen{Reason::bad_account};
  for (const auto& row : table) seen.insert(row.verdict.reason);
  for (const auto reason : all_reasons()) {
    CAPTURE(name(reason));
    CHECK(seen.contains(reason));
  }
  for (const auto& row : table) CHECK(row.verdict.reason != Reason::bad_account);
}

TEST_CASE("every mode, every decision and every row name is in the table once") {
  std::set<std::string_view> names;
  std::set<Decision> decisions;
  std::set<Mode> modes;
  for (const auto& row : table) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    decisions.insert(row.verdict.decision);
    modes.insert(facts(row).settings.mode);
  }
  CHECK(decisions.size() == 5);
  CHECK(modes.size() == 5);
}

TEST_CASE("X4 observe says of every row what enforce says, and lets it in") {
  for (const auto& row : table) {
    CAPTURE(row.name);
    if (!row.store_answers || facts(row).settings.mode == Mode::off) continue;
    auto known = facts(row);
    known.settings.mode = Mode::enforce;
    const auto enforced = decide(attempt(row), &known, OnStoreFailure::refuse);
    known.settings.mode = Mode::observe;
    const auto seen = decide(attempt(row), &known, OnStoreFailure::refuse);
    CHECK(seen.decision == Decision::allow);
    CHECK(seen.reason == enforced.reason);
    CHECK(seen.observed == (enforced.decision != Decision::allow));
    CHECK_FALSE(enforced.observed);
  }
}

TEST_CASE("X2 other people's devices and failures never turn away a bound device") {
  for (const unsigned devices : {0U, 1U, 5U, 1000U}) {
    for (const unsigned waiting : {0U, max_pending_devices, 1000U}) {
      for (const auto* mode : {"mode=learn", "mode=quarantine", "mode=enforce", "mode=observe"}) {
        const Row row{.name = "", .settings = mode, .binding = Held{}, .devices = devices, .waiting = waiting};
        CHECK(text(verdict_on(row)) == "allow bound");
      }
    }
  }
}

TEST_CASE("names of reasons and decisions are one each") {
  std::set<std::string_view> names;
  for (const auto reason : all_reasons()) {
    CHECK_FALSE(name(reason).empty());
    CHECK(names.insert(name(reason)).second);
  }
  CHECK(name(static_cast<Reason>(static_cast<unsigned>(Reason::unbound) + 1)).empty());
  std::string reasons;
  for (const auto reason : all_reasons()) reasons += std::string(name(reason)) + " ";
  CHECK(reasons ==
        "bad-account store-failure off device-blocked address-blocked revoked suspended type-denied type-not-allowed "
        "type-required form-mismatch known-only valid-only device-limit address-limit account-limit too-many-accounts "
        "two-places device-sessions absent-limit trusted-network absent-allowed absent-until-bound absent-after-bound "
        "absent-refused bound licensed expired pending learned "
        "learning-over devices-full quarantined pending-full unbound ");
  CHECK(name(Decision::allow) == "allow");
  CHECK(name(Decision::refuse) == "refuse");
  CHECK(name(Decision::unavailable) == "unavailable");
  CHECK(name(Decision::enrol) == "allow-and-enrol");
  CHECK(name(Decision::quarantine) == "quarantine");
}

TEST_CASE("states of a binding go to their names and back") {
  std::set<std::string_view> names;
  for (const auto state : {active, pending, suspended, revoked}) {
    CHECK(names.insert(name(state)).second);
    CHECK(parse_binding_state(name(state)) == state);
  }
  CHECK(names == std::set<std::string_view>{"active", "pending", "suspended", "revoked"});
  for (const auto* other : {"", "Active", "active ", "open"}) CHECK_FALSE(parse_binding_state(other));
}

TEST_CASE("X6 the rules are told in their order, up to the one that decided") {
  std::string rules;
  for (const auto& report : reports_on({.name = ""})) rules += std::string(report.rule) + ", ";
  CHECK(rules ==
        "store, mode, blocks, refused binding, type flags, types, attack mode, limits, accounts of the device, two "
        "places, "
        "open sessions, no identity, binding, new device, ");
  rules.clear();
  for (const auto& report : reports_on({.name = "", .settings = "deny-types=uuid"})) {
    rules += std::string(report.rule) + ", ";
  }
  CHECK(rules == "store, mode, blocks, refused binding, type flags, types, ");
}

TEST_CASE("X6 each rule says what it looked at") {
  CHECK(saw({.name = ""}, "store") == "answers");
  CHECK(saw({.name = "", .store_answers = false}, "store") == "no answer");
  CHECK(saw({.name = ""}, "mode") == "mode=enforce");
  CHECK(saw({.name = "", .device = ""}, "refused binding") == "no identity");
  CHECK(saw({.name = ""}, "refused binding") == "no binding of ab00000000000000");
  CHECK(saw({.name = "", .binding = Held{}, .licence = Held{revoked}}, "binding") == "binding 7 active");
  CHECK(saw({.name = "", .licence = Held{active, {}, 60s}}, "binding") ==
        "licence 8 active, expires 2023-11-14T22:14:20Z");
  CHECK(saw({.name = "", .binding = Held{suspended, 60s}}, "refused binding") ==
        "binding 7 suspended until 2023-11-14T22:14:20Z");
  CHECK(saw({.name = "", .settings = "deny-types=a allow-types=*,b require-types=u*"}, "types") ==
        "type uuid, deny-types=a, allow-types=*,b, require-types=u*");
  CHECK(saw({.name = "", .device = ""}, "types") == "no identity");
  CHECK(saw({.name = ""}, "no identity") == "type uuid");
  CHECK(saw({.name = "", .device = "", .devices = 3}, "no identity") ==
        "no identity from 198.51.100.9, absent=refuse, devices bound: 3, failures: 0 of 20/10m");
  CHECK(saw({.name = "", .device = "", .peer = ""}, "no identity") ==
        "no identity from nowhere, absent=refuse, devices bound: 0, failures: 0 of 20/10m");
  CHECK(saw({.name = "", .settings = "mode=learn learn-until=60s", .devices = 2, .waiting = 1}, "new device") ==
        "mode=learn, learn-until=2023-11-14T22:14:20Z, devices bound: 2 of 5, pending: 1 of 20");
}
