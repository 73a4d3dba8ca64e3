// The policy's settings on their three levels.
#pragma once

#include <string>

#include "plugin/policy/settings.hpp"
#include "plugin/store/connection.hpp"

namespace clientid {

class SettingsTable {
 public:
  explicit SettingsTable(Connection& connection) : connection_(connection) {}

  // `scope` is an account, "@domain", or "" for the global level. Values that this program cannot read throw
  // StoreError: guessing would weaken a policy.
  SettingsLevel load(const std::string& scope);

  // Replaces the level.
  void save(const std::string& scope, const SettingsLevel& level);

 private:
  Connection& connection_;
};

}  // namespace clientid
