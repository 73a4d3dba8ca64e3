#include "shim/ops/check.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>

#include "plugin/config/config_error.hpp"
#include "plugin/config/site.hpp"
#include "plugin/identity/key_file.hpp"
#include "plugin/store/connection.hpp"
#include "plugin/store/countries.hpp"
#include "shim/auth/mechanism_probe.hpp"
#include "shim/auth/module_probe.hpp"
#include "shim/auth/sasl_library.hpp"
#include "shim/net/backend_probe.hpp"
#include "shim/ops/alert_outlets.hpp"
#include "shim/ops/service_rules.hpp"

namespace clientid {
namespace {

constexpr auto patience = std::chrono::seconds(5);

bool report(const std::string& what, const std::function<void()>& attempt) {
  try {
    attempt();
    std::printf("good  %s\n", what.c_str());
    return true;
  } catch (const std::exception& error) {
    std::printf("bad   %s: %s\n", what.c_str(), error.what());
    return false;
  }
}

Keywords reach(const BackendAddress& address, const BackendRules& rules) {
  asio::io_context context;
  std::string cause;
  std::optional<Keywords> found;
  const auto probe = [&]() -> asio::awaitable<void> { found = co_await probe_backend(address, rules, cause); };
  asio::co_spawn(context, probe, asio::detached);
  context.run();
  if (!found) throw std::runtime_error(cause);
  return std::move(*found);
}

void require_handover(const Config& config, const Keywords& announced) {
  const bool sasl = config.login == LoginWay::sasl;
  const ClientFacts somebody{"192.0.2.1", 49152, "", sasl ? "somebody" : ""};
  auto lacking = lacking_for(config.handover, somebody, announced);
  if (lacking.empty() && !sasl && !announced.has("AUTH")) lacking = "it does not offer us AUTH";
  if (!lacking.empty()) throw std::runtime_error(lacking);
}

bool check_backend(const BackendAddress& address, const Config& config, const BackendRules& rules) {
  std::optional<Keywords> announced;
  const bool good = report("back end " + address.to_string(), [&] { announced = reach(address, rules); });
  return good && report("handover to " + address.to_string(), [&] { require_handover(config, *announced); });
}

bool check_backends(const Config& config) {
  bool good = true;
  if (config.handover == Handover::proxy) {
    good = report("password " + config.handover_password_file, [&] { handover_rules_for(config); });
  }
  BackendRules rules;
  const auto make_rules = [&] { rules = backend_rules_for(config); };
  const auto authorities = config.backend_ca.empty() ? "of the system" : config.backend_ca;
  if (!config.speaks_tls_to_backends()) {
    make_rules();
  } else if (!report("authorities " + authorities, make_rules)) {
    return false;
  }
  rules.patience = patience;
  for (const auto& address : config.backends) good &= check_backend(address, config, rules);
  return good;
}

}  // namespace

bool check_everything(const Config& config) {
  std::optional<Site> site;
  bool good = report("configuration " + config.site_file, [&] { site = load_site(config.site_file); });
  bool pairs = true;
  for (const auto& pair : config.tls.certificates) {
    pairs &= report("certificate " + pair.certificate, [&] { const TlsCertificate certificate(pair); });
  }
  good &= pairs && report("TLS", [&] { const TlsContext tls(config.tls, std::make_shared<TicketKeys>()); });
  if (site) {
    good &= report("keys " + site->key_file, [&] { KeyFile::load(site->key_file); });
    good &= report("store " + site->store, [&] { Connection::require_writable(site->store); });
    if (!site->geoip_database.empty()) {
      good &= report("countries " + site->geoip_database, [&] { Countries::open(site->geoip_database); });
    }
  }
  if (config.login == LoginWay::sasl) {
    good &= report("module", [&] {
      const SaslLibrary sasl(config.sasl_config);
      require_module("smtp", config.hostname, config.sasl_config);
      for (const auto& mechanism : missing_mechanisms(config.mechanisms)) {
        throw ConfigError("mechanisms: libsasl does not offer " + mechanism + "; install its plug-in, or take it out");
      }
    });
  }
  good &= check_backends(config);
  if (!config.alert_command.empty()) {
    good &= report("command " + config.alert_command.front(), [&] { require_alert_command(config); });
  }
  return good;
}

}  // namespace clientid
