// `clientid-shim --check`: tries everything that the service needs, and says line by line what is wrong.
#pragma once

#include "shim/ops/config.hpp"

namespace clientid {

// True if the service could begin now.
bool check_everything(const Config& config);

}  // namespace clientid
