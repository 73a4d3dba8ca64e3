// A binding as its columns: the one place where a row becomes a Binding and a Binding a row.
#pragma once

#include <string>
#include <string_view>

#include "plugin/policy/binding.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {

// state_in_force() as a column, with the time as the variable `at`: ":now".
inline std::string state_in_force_column(const std::string& at) {
  return "CASE WHEN state = 'suspended' AND suspended_until <= " + at + " THEN 'active' ELSE state END AS in_force";
}

struct BindingRow {
  BindingRow() = default;
  explicit BindingRow(const Binding& binding);

  // In the order of bind_into().
  static constexpr std::string_view columns =
      "id, account, type, fingerprint, key_id, state, label, created, created_by, expires, suspended_until, last_seen,"
      " last_peer, uses";
  void bind_into(Statement& statement);

  // Throws StoreError if it holds what this program cannot read.
  Binding to_binding(const Connection& connection) const;

  long long id = 0;
  std::string account;
  std::string type;
  std::string fingerprint;
  std::string key_id;
  std::string state;
  std::string label;
  long long created = 0;
  std::string created_by;
  NullableTime expires;
  NullableTime suspended_until;
  NullableTime last_seen;
  std::string last_peer;
  long long uses = 0;
};

}  // namespace clientid
