#include "shim/ops/service_rules.hpp"

namespace clientid {
namespace {

// libsasl is not offered LOGIN: the session turns it into PLAIN, which must be there for it.
std::string mechanisms_for_sasl(const std::vector<std::string>& offered) {
  std::string list = "PLAIN";
  for (const auto& mechanism : offered) {
    if (mechanism != "PLAIN" && mechanism != "LOGIN") list += " " + mechanism;
  }
  return list;
}

}  // namespace

OfferRules offer_rules_for(const Config& config) {
  return {.mechanisms = config.mechanisms,
          .auth_by_backend = config.login == LoginWay::backend,
          .max_message_size = config.max_message_size,
          .burl = config.burl,
          .etrn = config.etrn};
}

Service service_for(const Config& config, const std::string& realm, const ServiceParts& parts) {
  return {
      .session = {.hostname = config.hostname,
                  .clientid = config.clientid,
                  .relay_unauthenticated = config.relay_unauthenticated,
                  .max_errors = config.max_errors,
                  .max_message_size = config.max_message_size},
      .auth = {.service = "smtp",
               .hostname = config.hostname,
               .realm = realm,
               .mechanisms = mechanisms_for_sasl(config.mechanisms),
               .refuse_late = config.refuse_after_auth},
      .login = config.login,
      .relay = {.backends = config.backends,
                .handover = config.handover,
                .hostname = config.hostname,
                .backend_timeout = config.backend_timeout,
                .auth_by_backend = config.login != LoginWay::sasl},
      .timeouts = {.greeting = config.greeting_timeout,
                   .command = config.command_timeout,
                   .data = config.data_timeout,
                   .auth = config.auth_timeout},
      .failure_delay = config.failure_delay,
      .parts = parts,
  };
}

}  // namespace clientid
