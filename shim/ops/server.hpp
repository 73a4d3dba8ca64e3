// The running shim: all parts, put together in the order in which they need each other.
#pragma once

#include <functional>

#include "shim/ops/config.hpp"

namespace clientid {

// Serves until SIGTERM or SIGINT. SIGHUP has the configuration read again, by `reread`, which throws ConfigError where
// it is wrong. Throws ConfigError or StoreError where it cannot begin.
void run_server(const Config& config, const std::function<Config()>& reread);

}  // namespace clientid
