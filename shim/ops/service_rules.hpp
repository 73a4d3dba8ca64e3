// What shim.conf means for the parts that serve clients.
#pragma once

#include "shim/net/client.hpp"
#include "shim/ops/config.hpp"

namespace clientid {

OfferRules offer_rules_for(const Config& config);
Service service_for(const Config& config, const std::string& realm, const ServiceParts& parts);

}  // namespace clientid
