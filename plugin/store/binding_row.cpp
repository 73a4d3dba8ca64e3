#include "plugin/store/binding_row.hpp"

namespace clientid {

BindingRow::BindingRow(const Binding& binding)
    : id(binding.id),
      account(binding.account),
      type(binding.type),
      fingerprint(binding.fingerprint.hex()),
      key_id(binding.key_id),
      state(name(binding.state)),
      label(binding.label),
      created(to_seconds(binding.created)),
      created_by(binding.created_by),
      expires(binding.expires),
      suspended_until(binding.suspended_until),
      last_seen(binding.last_seen),
      last_peer(binding.last_peer),
      uses(binding.uses) {}

void BindingRow::bind_into(Statement& statement) {
  statement.into(id, account, type, fingerprint, key_id, state, label, created, created_by, expires, suspended_until,
                 last_seen, last_peer, uses);
}

Binding BindingRow::to_binding(const Connection& connection) const {
  const auto known_fingerprint = Fingerprint::from_hex(fingerprint);
  const auto known_state = parse_binding_state(state);
  if (!known_fingerprint || !known_state) {
    throw connection.error("binding " + std::to_string(id) + " has a " + (known_state ? "fingerprint" : "state") +
                           " that this program cannot read");
  }
  return Binding{
      .id = id,
      .account = account,
      .type = type,
      .fingerprint = *known_fingerprint,
      .key_id = key_id,
      .state = *known_state,
      .label = label,
      .created = from_seconds(created),
      .created_by = created_by,
      .expires = expires.get(),
      .suspended_until = suspended_until.get(),
      .last_seen = last_seen.get(),
      .last_peer = last_peer,
      .uses = uses,
  };
}

}  // namespace clientid
