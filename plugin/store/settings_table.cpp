#include "plugin/store/settings_table.hpp"

#include "plugin/store/settings_reader.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {

SettingsLevel SettingsTable::load(const std::string& scope) {
  SettingsLevel level;
  std::string name;
  std::string value;
  Statement statement(connection_, scope.empty() ? "SELECT name, value FROM setting"
                                                 : "SELECT name, value FROM account WHERE scope = :scope");
  if (!scope.empty()) statement.use(scope);
  statement.into(name, value).for_each_row([&] { put_stored(connection_, level, name, value); });
  return level;
}

void SettingsTable::save(const std::string& scope, const SettingsLevel& level) {
  const bool global = scope.empty();
  Transaction transaction(connection_);

  Statement clear(connection_, global ? "DELETE FROM setting" : "DELETE FROM account WHERE scope = :scope");
  if (!global) clear.use(scope);
  clear.execute();

  SettingValue row;
  Statement insert(connection_, global ? "INSERT INTO setting (name, value) VALUES (:name, :value)"
                                       : "INSERT INTO account (scope, name, value) VALUES (:scope, :name, :value)");
  if (!global) insert.use(scope);
  insert.use(row.name, row.value);
  for (const auto& setting : values(level)) {
    row = setting;
    insert.execute();
  }
  transaction.commit();
}

}  // namespace clientid
