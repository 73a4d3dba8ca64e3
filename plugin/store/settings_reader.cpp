#include "plugin/store/settings_reader.hpp"

#include <algorithm>

#include "plugin/config/config_error.hpp"
#include "plugin/policy/account.hpp"

namespace clientid {

SettingsReader::SettingsReader(Connection& connection)
    : connection_(connection),
      statement_(connection,
                 "SELECT scope, name, value FROM account WHERE scope IN (:account, :domain)"
                 " UNION ALL SELECT '', name, value FROM setting") {
  statement_.use(account_, domain_).into(scope_, name_, value_);
}

Settings SettingsReader::read(const std::string& account) {
  account_ = account;
  domain_ = "@" + std::string(domain_of(account));
  SettingsLevel of_account;
  SettingsLevel of_domain;
  SettingsLevel global;
  statement_.for_each_row([&] {
    auto& level = scope_.empty() ? global : scope_ == domain_ ? of_domain : of_account;
    put_stored(connection_, level, name_, value_);
  });
  return effective({&of_account, &of_domain, &global});
}

void put_stored(const Connection& connection, SettingsLevel& level, const std::string& name, const std::string& value) {
  const auto& known = setting_names();
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    throw connection.error("has a setting that this program does not know");
  }
  try {
    // What is stored is absolute. A duration would be a mistake, and seen from the epoch it is over, not open.
    set(level, name, value, Time());
  } catch (const ConfigError&) {
    throw connection.error("has a value of " + name + " that this program cannot read");
  }
}

}  // namespace clientid
