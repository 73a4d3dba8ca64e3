// What shim.conf says of alerts, for what delivers them.
#pragma once

#include <vector>

#include "shim/ops/alerts.hpp"
#include "shim/ops/config.hpp"

namespace clientid {

// `relay` is how mail reaches the back ends.
std::vector<AlertOutlet> alert_outlets_for(const Config& config, const RelayRules& relay);

// As the user that will run it. Throws ConfigError.
void require_alert_command(const Config& config);

}  // namespace clientid
