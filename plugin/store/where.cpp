#include "plugin/store/where.hpp"

#include <utility>

#include "plugin/store/statement.hpp"

namespace clientid {

void Where::add_text(const std::string& condition) {
  text_ += (text_.empty() ? " WHERE " : " AND ") + condition;
}

void Where::add(const std::string& condition, std::string value) {
  add_text(condition);
  values_.emplace_back(std::move(value));
}

void Where::add(const std::string& condition, long long value) {
  add_text(condition);
  values_.emplace_back(value);
}

// A range, unlike LIKE, uses the index and has no special characters. "g" is above every digit.
void Where::add_prefix(const std::string& column, const std::string& prefix) {
  add(column + " >= :low", prefix);
  add(column + " < :high", prefix + "g");
}

void Where::add_any(const std::string& column, const std::vector<std::string>& values) {
  std::string names;
  for (const auto& value : values) {
    names += (names.empty() ? ":any" : ", :any") + std::to_string(values_.size());
    values_.emplace_back(value);
  }
  add_text(names.empty() ? "1 = 0" : column + " IN (" + names + ")");
}

void Where::bind(Statement& statement) {
  for (auto& value : values_) {
    std::visit([&](auto& held) { statement.use(held); }, value);
  }
}

}  // namespace clientid
