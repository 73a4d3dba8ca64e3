// The running shim: all parts, put together in the order in which they need each other.
#pragma once

#include "shim/ops/config.hpp"

namespace clientid {

// Serves until SIGTERM or SIGINT. Throws ConfigError or StoreError where it cannot begin.
void run_server(const Config& config);

}  // namespace clientid
