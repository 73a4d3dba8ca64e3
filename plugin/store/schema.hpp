// The tables of the store, and how a store of an older program becomes one of this program.
#pragma once

#include <optional>

#include "plugin/store/connection.hpp"

namespace clientid {

// That of this program: how many steps lead to it.
long long schema_version();

// Throws StoreError unless the store has the version of this program.
void check_schema(Connection& connection);

// Runs what is missing in one transaction. Gives the version there was, 0 in an empty database; nothing if it was this
// one.
std::optional<long long> upgrade_schema(Connection& connection);

}  // namespace clientid
