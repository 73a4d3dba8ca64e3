// What shim.conf means for the parts that serve clients.
#pragma once

#include <memory>

#include "shim/net/service.hpp"
#include "shim/ops/config.hpp"

namespace clientid {

// Reads the authorities that back ends are checked against. Throws ConfigError.
BackendRules backend_rules_for(const Config& config);

// Reads the password of our own. Throws ConfigError.
HandoverRules handover_rules_for(const Config& config);

// Reads certificates, keys and clientid.conf, and asks libsasl, which must be initialised where it does AUTH, for its
// mechanisms. Throws ConfigError.
std::shared_ptr<const Service> service_for(const Config& config, const ServiceParts& parts);

}  // namespace clientid
