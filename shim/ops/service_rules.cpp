#include "shim/ops/service_rules.hpp"

#include "plugin/config/site.hpp"
#include "plugin/identity/key_file.hpp"

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

OfferRules offer_rules_for(const Config& config) {
  return {.mechanisms = config.mechanisms,
          .auth_by_backend = config.login == LoginWay::backend,
          .max_message_size = config.max_message_size,
          .burl = config.burl,
          .etrn = config.etrn};
}

}  // namespace

std::shared_ptr<const Service> service_for(const Config& config, const ServiceParts& parts) {
  const Site site = load_site(config.site_file);
  return std::make_shared<const Service>(Service{
      .session = {.hostname = config.hostname,
                  .clientid = config.clientid,
                  .relay_unauthenticated = config.relay_unauthenticated,
                  .max_errors = config.max_errors,
                  .max_message_size = config.max_message_size},
      .auth = {.service = "smtp",
               .hostname = config.hostname,
               .realm = site.accounts.default_realm,
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
                   .auth = config.auth_timeout,
                   .session = config.session_timeout},
      .failure_delay = config.failure_delay,
      .max_per_device = config.max_connections_per_device,
      .trusted_proxies = config.trusted_proxies,
      .tls = std::make_shared<const TlsContext>(config.tls, parts.ticket_keys),
      .judge = std::make_shared<Judge>(site.accounts, KeyFile::load(site.key_file)),
      .offer = std::make_shared<SharedOffer>(offer_rules_for(config)),
      .parts = parts,
  });
}

}  // namespace clientid
