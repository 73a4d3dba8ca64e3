#include "shim/ops/service_rules.hpp"

#include <algorithm>

#include "plugin/config/config_error.hpp"
#include "shim/auth/mechanism_probe.hpp"
#include "shim/auth/scram_secret.hpp"
#include "shim/ops/log.hpp"

namespace clientid {
namespace {

// What libsasl lacks is not announced.
std::vector<std::string> offered_mechanisms(const Config& config) {
  auto mechanisms = config.mechanisms;
  if (config.login != LoginWay::sasl) return mechanisms;
  for (const auto& missing : missing_mechanisms(mechanisms)) {
    log::warning("mechanism-missing",
                 {{"mechanism", missing}, {"mend", "install its plug-in for libsasl, or take it out of mechanisms"}});
    std::erase(mechanisms, missing);
  }
  if (mechanisms.empty()) throw ConfigError("mechanisms: libsasl offers none of them; install its plug-ins");
  return mechanisms;
}

OfferRules offer_rules_for(const Config& config, const std::vector<std::string>& mechanisms) {
  return {.mechanisms = mechanisms,
          .auth_by_backend = config.login == LoginWay::backend,
          .max_message_size = config.max_message_size,
          .burl = config.burl,
          .etrn = config.etrn};
}

std::shared_ptr<const Countries> countries_of(const Site& site) {
  return site.geoip_database.empty() ? nullptr : Countries::open(site.geoip_database);
}

}  // namespace

BackendRules backend_rules_for(const Config& config) {
  return {.hostname = config.hostname,
          .patience = config.backend_timeout,
          .proxy = config.send_proxy,
          .tls = config.speaks_tls_to_backends() ? std::make_shared<const BackendTls>(config.backend_ca) : nullptr};
}

HandoverRules handover_rules_for(const Config& config) {
  if (config.handover != Handover::proxy) return {config.handover, nullptr};
  return {config.handover,
          std::make_shared<const ProxyLogin>(ProxyLogin::read(config.handover_login, config.handover_password_file))};
}

std::shared_ptr<const Service> service_for(const Config& config, const Site& site, const ServiceParts& parts,
                                           const Keywords& announced) {
  const auto mechanisms = offered_mechanisms(config);
  return std::make_shared<const Service>(Service{
      .session = {.hostname = config.hostname,
                  .clientid = config.clientid,
                  .relay_unauthenticated = config.relay_unauthenticated,
                  .max_errors = config.max_errors,
                  .max_message_size = config.max_message_size},
      .auth = {.service = "smtp",
               .hostname = config.hostname,
               .realm = site.accounts.default_realm,
               .mechanisms = sasl_mechanisms(mechanisms),
               .refuse_late = config.refuse_after_auth,
               .channel_binding = std::any_of(mechanisms.begin(), mechanisms.end(), binds_channel)},
      .login = config.login,
      .relay = {.backends = std::make_shared<Backends>(config.backends),
                .backend = backend_rules_for(config),
                .handover = handover_rules_for(config),
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
      .judge = std::make_shared<Judge>(site.accounts, parts.hash_keys, countries_of(site), parts.on_store_failure),
      .offer = std::make_shared<SharedOffer>(offer_rules_for(config, mechanisms), announced),
      .parts = parts,
  });
}

}  // namespace clientid
