// What shim.conf means for the parts that serve clients.
#pragma once

#include <memory>

#include "plugin/config/site.hpp"
#include "shim/net/service.hpp"
#include "shim/ops/config.hpp"

namespace clientid {

// Reads the authorities that back ends are checked against. Throws ConfigError.
BackendRules backend_rules_for(const Config& config);

// Reads the password of our own. Throws ConfigError.
HandoverRules handover_rules_for(const Config& config);

// Reads certificates and keys, and asks libsasl, which must be initialised where it does AUTH, for its
// mechanisms. `announced` is offered on behalf of the back end until it answers. Throws ConfigError.
std::shared_ptr<const Service> service_for(const Config& config, const Site& site, const ServiceParts& parts,
                                           const Keywords& announced = {});

}  // namespace clientid
