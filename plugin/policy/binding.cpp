#include "plugin/policy/binding.hpp"

namespace clientid {

std::string_view name(BindingState state) {
  switch (state) {
    case BindingState::active: return "active";
    case BindingState::pending: return "pending";
    case BindingState::suspended: return "suspended";
    case BindingState::revoked: return "revoked";
  }
  return {};
}

std::optional<BindingState> parse_binding_state(std::string_view text) {
  for (const auto state :
       {BindingState::active, BindingState::pending, BindingState::suspended, BindingState::revoked}) {
    if (text == name(state)) return state;
  }
  return std::nullopt;
}

BindingState state_in_force(const Binding& binding, Time at) {
  const bool over = binding.suspended_until && at >= *binding.suspended_until;
  return binding.state == BindingState::suspended && over ? BindingState::active : binding.state;
}

bool expired(const Binding& binding, Time at) {
  return binding.expires && at >= *binding.expires;
}

bool in_force(const Binding& binding, Time at) {
  return state_in_force(binding, at) == BindingState::active && !expired(binding, at);
}

bool counts_before(const Binding& one, const Binding& other, Time at) {
  const auto rank = [&](const Binding& binding) {
    switch (state_in_force(binding, at)) {
      case BindingState::revoked: return 0;
      case BindingState::suspended: return 1;
      case BindingState::active: return expired(binding, at) ? 4 : 2;
      case BindingState::pending: break;
    }
    return 3;
  };
  return rank(one) < rank(other);
}

}  // namespace clientid
