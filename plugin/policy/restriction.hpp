// What holds for a time, or until it is lifted, against a device, a network, an account or everybody: blocks (D6.4) and
// attack mode (U6.2.1, U6.2.2). Operators make them, and so does detection (UC7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugin/policy/time.hpp"

namespace clientid {

enum class Restricted : std::uint8_t { everybody, account, device, network };

enum class Effect : std::uint8_t {
  block,       // refused
  valid_only,  // an identity is required
  known_only,  // a bound device is required
};

struct Restriction {
  std::int64_t id = 0;
  Restricted kind = Restricted::everybody;
  std::string subject;  // empty; canonical account; 64 hexadecimal digits; "192.0.2.0/24"
  Effect effect = Effect::block;
  std::optional<Time> until;  // none: until it is lifted
  std::string cause;          // for people
  Time created;
  std::string created_by;  // "operator NAME", or "detection"
  std::string key_id;      // of a device: of the key under which its fingerprint was made; empty: not known
};

inline constexpr std::string_view by_detection = "detection";

std::string_view name(Restricted kind);  // "everybody", "account", ...
std::string_view name(Effect effect);    // "block", "valid-only", "known-only"
std::optional<Restricted> parse_restricted(std::string_view text);
std::optional<Effect> parse_effect(std::string_view text);

// "until it is lifted", "until 2026-12-31T23:59:59Z".
std::string end_of(const Restriction& restriction);

}  // namespace clientid
