#include "plugin/store/type_table.hpp"

#include "plugin/config/config_error.hpp"

namespace clientid {
namespace {

void put_stored(const Connection& connection, TypeLevel& level, const std::string& name, const std::string& value) {
  try {
    set(level, name, value);
  } catch (const ConfigError&) {
    throw connection.error("has a setting of a type that this program cannot read");
  }
}

}  // namespace

std::map<std::string, TypeLevel> TypeTable::list() {
  std::map<std::string, TypeLevel> levels;
  std::string type;
  std::string name;
  std::string value;
  Statement statement(connection_, "SELECT type, name, value FROM type");
  statement.into(type, name, value).for_each_row([&] { put_stored(connection_, levels[type], name, value); });
  return levels;
}

TypeLevel TypeTable::load(const std::string& type) {
  TypeLevel level;
  std::string name;
  std::string value;
  Statement statement(connection_, "SELECT name, value FROM type WHERE type = :type");
  statement.use(type).into(name, value).for_each_row([&] { put_stored(connection_, level, name, value); });
  return level;
}

void TypeTable::save(const std::string& type, const TypeLevel& level) {
  Transaction transaction(connection_);
  Statement(connection_, "DELETE FROM type WHERE type = :type").use(type).execute();
  SettingValue row;
  Statement insert(connection_, "INSERT INTO type (type, name, value) VALUES (:type, :name, :value)");
  insert.use(type, row.name, row.value);
  for (const auto& setting : values(level)) {
    row = setting;
    insert.execute();
  }
  transaction.commit();
}

TypeReader::TypeReader(Connection& connection)
    : connection_(connection),
      statement_(connection, "SELECT type, name, value FROM type WHERE type IN (:type, '*') ORDER BY type, name") {
  statement_.use(asked_).into(row_.type, row_.name, row_.value);
}

TypeRule TypeReader::read(const std::string& type) {
  constexpr std::size_t many = 100;
  asked_ = type;
  std::vector<Value> values;
  statement_.for_each_row([&] { values.push_back(row_); });
  const auto known = known_.find(type);
  if (known != known_.end() && known->second.values == values) return known->second.rule;

  TypeLevel own;
  TypeLevel any;
  for (const auto& value : values) {
    put_stored(connection_, value.type == any_type ? any : own, value.name, value.value);
  }
  auto rule = effective(type, own, any);
  // Strangers make up types.
  if (known_.size() >= many) known_.clear();
  known_.insert_or_assign(type, Known{std::move(values), rule});
  return rule;
}

}  // namespace clientid
