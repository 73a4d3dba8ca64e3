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
#include "shim/auth/mechanism_probe.hpp"
#include "shim/auth/module_probe.hpp"
#include "shim/auth/sasl_library.hpp"
#include "shim/net/backend_probe.hpp"
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

void reach(const BackendAddress& address, const BackendRules& rules) {
  asio::io_context context;
  std::string cause;
  const auto probe = [&]() -> asio::awaitable<void> { co_await probe_backend(address, rules, cause); };
  asio::co_spawn(context, probe, asio::detached);
  context.run();
  if (!cause.empty()) throw std::runtime_error(cause);
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
  auto rules = backend_rules_for(config);
  rules.patience = patience;
  for (const auto& address : config.backends) {
    good &= report("back end " + address.to_string(), [&] { reach(address, rules); });
  }
  return good;
}

}  // namespace clientid
