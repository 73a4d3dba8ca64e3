#include "plugin/store/any_of.hpp"

namespace clientid {

std::string AnyOf::condition(const std::string& column, const std::string& name) const {
  if (values_.size() == 1) return column + " = :" + name;
  std::string names;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    names += (names.empty() ? ":" : ", :") + name + std::to_string(i);
  }
  return column + " IN (" + names + ")";
}

void AnyOf::bind(Statement& statement) {
  for (auto& value : values_) statement.use(value);
}

// Room that is left over says the first once more.
void AnyOf::set(const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = values.at(i < values.size() ? i : 0);
}

}  // namespace clientid
