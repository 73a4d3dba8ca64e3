// `clientid-shim --check`: tries everything that the service needs, and says line by line what is wrong.
#pragma once

#include "shim/ops/config.hpp"

namespace clientid {

// True if the service could begin now. It becomes the user of the service, where root calls. With `json`, each line is
// an object: first one with the settings that `clientidctl doctor` must know, then the findings.
bool check_everything(const Config& config, bool json);

}  // namespace clientid
