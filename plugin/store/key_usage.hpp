// What stands in the store under each hash key (X8).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "plugin/policy/time.hpp"
#include "plugin/store/bindings.hpp"
#include "plugin/store/connection.hpp"

namespace clientid {

struct KeyUsage {
  BindingCounts bindings{};  // without licences
  BindingCounts licences{};
  std::uint64_t blocks = 0;        // of devices, in force
  std::optional<Time> last_moved;  // when a device was moved away from it

  std::uint64_t devices() const;  // bindings and licences, in whatever state
};

std::uint64_t total(const BindingCounts& counts);

// By the id of the key; "" for blocks that were made under one that is not known.
std::map<std::string, KeyUsage> key_usage(Connection& connection, Time now);

// Above which no key was ever counted here, so that no number is given out twice. 0: none.
long long highest_key(Connection& connection);

}  // namespace clientid
