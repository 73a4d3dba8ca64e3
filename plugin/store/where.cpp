#include "plugin/store/where.hpp"

#include <utility>

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

void Where::bind(Statement& statement) {
  for (auto& value : values_) {
    std::visit([&](auto& held) { statement.use(held); }, value);
  }
}

}  // namespace clientid
