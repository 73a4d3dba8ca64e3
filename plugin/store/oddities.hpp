// What a look at the store asks of it, to find what cannot be right.
#pragma once

#include <optional>
#include <string>

#include "plugin/policy/time.hpp"
#include "plugin/store/connection.hpp"

namespace clientid {

class Oddities {
 public:
  explicit Oddities(Connection& connection) : connection_(connection) {}

  // When the newest of what the store knows to have happened was: events, and bindings made or used.
  std::optional<Time> newest();

  // How many accounts and domains have this value of a setting of their own.
  long long levels_with(const std::string& name, const std::string& value);

 private:
  Connection& connection_;
};

}  // namespace clientid
