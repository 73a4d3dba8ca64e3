// The settings in force for an account, in one statement that stays prepared.
#pragma once

#include <string>

#include "plugin/policy/settings.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {

class SettingsReader {
 public:
  explicit SettingsReader(Connection& connection);

  // Throws StoreError.
  Settings read(const std::string& account);

 private:
  Connection& connection_;
  std::string account_;
  std::string domain_;
  std::string scope_;
  std::string name_;
  std::string value_;
  Statement statement_;
};

// Puts a stored value into a level. Throws StoreError where this program cannot read it.
void put_stored(const Connection& connection, SettingsLevel& level, const std::string& name, const std::string& value);

}  // namespace clientid
