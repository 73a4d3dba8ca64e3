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

// False in an empty database. Throws StoreError where it is that of something else, or of a newer program.
bool holds_store(Connection& connection);

// For who fills an empty database in one transaction of his own: the tables first; and when they are full the indices,
// which are made two or three times as fast then, and the version, without which it is no store.
void make_tables(Connection& connection);
void make_indices(Connection& connection);

}  // namespace clientid
