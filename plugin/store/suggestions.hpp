// What the store knows that a person may be about to type. A handful of each: nobody reads more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/policy/binding.hpp"
#include "plugin/store/connection.hpp"

namespace clientid {

struct SuggestedBinding {
  std::int64_t id = 0;
  std::string account;
  std::string type;
  std::string label;
};

class Suggestions {
 public:
  explicit Suggestions(Connection& connection) : connection_(connection) {}

  // That have a binding, and begin so.
  std::vector<std::string> accounts(std::string_view beginning);
  // In that state, as it is stored; or in any.
  std::vector<SuggestedBinding> bindings(std::string_view beginning, std::optional<BindingState> state);
  std::vector<std::string> types();

  static constexpr long long most = 100;

 private:
  Connection& connection_;
};

}  // namespace clientid
