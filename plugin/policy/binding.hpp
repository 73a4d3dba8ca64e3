// One device on one account, or on `*`: a licence (UC4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugin/identity/fingerprint.hpp"
#include "plugin/policy/time.hpp"

namespace clientid {

enum class BindingState : std::uint8_t { active, pending, suspended, revoked };

std::string_view name(BindingState state);
std::optional<BindingState> parse_binding_state(std::string_view text);

struct Binding {
  std::int64_t id = 0;  // the number people see; never used again
  std::string account;  // canonical
  std::string type;     // lower case
  Fingerprint fingerprint;
  std::string key_id;  // of the key under which the fingerprint was made
  BindingState state = BindingState::active;
  std::string label;
  Time created;
  std::string created_by;               // "operator NAME", "learned", "quarantine"
  std::optional<Time> expires;          // from then on the device is refused
  std::optional<Time> suspended_until;  // with state suspended; none: until resumed
  std::optional<Time> last_seen;
  std::string last_peer;  // address of the last attempt that succeeded
  std::int64_t uses = 0;  // successes
};

// The state that counts at this time: a suspension whose end has passed is over.
BindingState state_in_force(const Binding& binding, Time at);
bool expired(const Binding& binding, Time at);

// Does the binding let its device in at this time: active, and not expired?
bool in_force(const Binding& binding, Time at);

// Of two bindings of one device on one account, made under two keys by hosts that did not both know them: is `one` the
// one that counts? What keeps the device out does, and then what lets it in.
bool counts_before(const Binding& one, const Binding& other, Time at);

}  // namespace clientid
