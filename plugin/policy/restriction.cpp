#include "plugin/policy/restriction.hpp"

#include <array>

namespace clientid {

std::string_view name(Restricted kind) {
  switch (kind) {
    case Restricted::everybody: return "everybody";
    case Restricted::account: return "account";
    case Restricted::device: return "device";
    case Restricted::network: return "network";
  }
  return {};
}

std::string_view name(Effect effect) {
  switch (effect) {
    case Effect::block: return "block";
    case Effect::valid_only: return "valid-only";
    case Effect::known_only: return "known-only";
  }
  return {};
}

std::optional<Restricted> parse_restricted(std::string_view text) {
  using enum Restricted;
  for (const auto kind : {everybody, account, device, network}) {
    if (name(kind) == text) return kind;
  }
  return std::nullopt;
}

std::optional<Effect> parse_effect(std::string_view text) {
  using enum Effect;
  for (const auto effect : {block, valid_only, known_only}) {
    if (name(effect) == text) return effect;
  }
  return std::nullopt;
}

std::string end_of(const Restriction& restriction) {
  return "until " + (restriction.until ? format_time(*restriction.until) : "it is lifted");
}

}  // namespace clientid
