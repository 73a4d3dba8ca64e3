// Fills a store that is there and empty. The tables are those that the program made; the indexes are taken away, and
// made again by their own text when all rows are in, for that is many times as fast.
#pragma once

#include "plugin/store/connection.hpp"

namespace clientid {

// Bindings of `numbered.hpp`, and a history in which they have logged in within the last day.
void fill(Connection& connection, long long bindings, long long events);

}  // namespace clientid
