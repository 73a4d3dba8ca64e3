#include "shim/ops/check.hpp"

#include <pwd.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdio>
#include <exception>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "plugin/config/config_error.hpp"
#include "plugin/config/finding.hpp"
#include "plugin/config/site.hpp"
#include "plugin/identity/key_file.hpp"
#include "plugin/store/connection.hpp"
#include "plugin/store/countries.hpp"
#include "plugin/store/key_usage.hpp"
#include "plugin/store/store_clock.hpp"
#include "plugin/store/store_url.hpp"
#include "shim/auth/mechanism_probe.hpp"
#include "shim/auth/module_probe.hpp"
#include "shim/auth/sasl_library.hpp"
#include "shim/net/backend_probe.hpp"
#include "shim/net/certificate_end.hpp"
#include "shim/net/monitor_probe.hpp"
#include "shim/ops/alert_outlets.hpp"
#include "shim/ops/option_types.hpp"
#include "shim/ops/privileges.hpp"
#include "shim/ops/service_rules.hpp"

namespace clientid {
namespace {

constexpr auto patience = std::chrono::seconds(5);

class Report {
 public:
  explicit Report(bool json) : json_(json) {}

  bool good() const { return good_; }

  // Of somebody who waits for it line by line.
  void add(const Finding& finding) {
    good_ = good_ && finding.result != Found::wrong;
    if (json_) return print(to_json(finding).dump(-1, ' ', true, Json::error_handler_t::replace));
    auto text = finding.name;
    if (!finding.detail.empty()) text += ": " + finding.detail;
    if (!finding.mend.empty()) text += "; " + finding.mend;
    print((finding.result == Found::ok ? "good  " : finding.result == Found::note ? "note  " : "bad   ") + text);
  }

  bool attempt(const std::string& what, const std::function<void()>& attempt) {
    try {
      attempt();
      add({what});
      return true;
    } catch (const std::exception& error) {
      add(fault(what, error.what()));
      return false;
    }
  }

  // What the doctor must know of shim.conf.
  void settings(const Config& config) {
    if (!json_) return;
    const bool own_login = config.login != LoginWay::backend;
    Json settings{{"clientid-config", config.site_file},
                  {"user", config.user},
                  {"auth", auth_places[own_login ? 0 : 1]},
                  {"password-check", password_checks[config.login == LoginWay::backend_password ? 1 : 0]},
                  {"sasl-config", config.sasl_config},
                  {"clientid", on_off[config.clientid ? 1 : 0]},
                  {"unauthenticated", unauthenticated_ways[config.relay_unauthenticated ? 1 : 0]}};
    for (const char* key : {"listen", "backend", "verdict-socket"}) settings[key] = Json::array();
    for (const auto& address : config.listen) settings["listen"].push_back(to_text(address.endpoint));
    for (const auto& address : config.backends) settings["backend"].push_back(address.to_string());
    for (const auto& socket : config.verdict_sockets) settings["verdict-socket"].push_back(socket.path);
    print(Json{{"settings", settings}}.dump(-1, ' ', true, Json::error_handler_t::replace));
  }

 private:
  using Json = nlohmann::ordered_json;

  static void print(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  }

  bool json_;
  bool good_ = true;
};

// What is tried is tried as the user who will need it.
void become_user(Report& report, const Config& config) {
  if (config.user.empty()) return;
  const auto what = "user " + config.user;
  if (::geteuid() == 0) {
    report.attempt(what, [&] { drop_privileges(config.user, config.group); });
    return;
  }
  const passwd* account = ::getpwnam(config.user.c_str());
  if (account != nullptr && account->pw_uid == ::geteuid()) return report.add({what});
  report.add({what, Found::note, "what follows is what another user sees", "run this as root, or as " + config.user});
}

bool check_certificate(Report& report, const TlsFiles& pair) {
  const auto what = "certificate " + pair.certificate;
  try {
    const TlsCertificate certificate(pair);
    Finding finding{what};
    const auto end = CertificateEnd::of(pair.certificate);
    if (end.is_near()) {
      const auto days = std::chrono::duration_cast<std::chrono::hours>(end.left).count() / 24;
      finding.result = Found::note;
      finding.detail = "it ends in " + std::to_string(days) + " days";
      finding.mend = "renew it, then: systemctl reload clientid-shim";
    }
    report.add(finding);
    return true;
  } catch (const ConfigError& error) {
    report.add(fault(what, error.what()));
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

// What to write so that it announces what we need.
std::string mend_of(const Config& config, bool handover) {
  if (handover && config.handover != Handover::xclient) return "; let it offer that, or choose another handover";
  return std::string("; with Postfix, write below this smtpd in master.cf: ") +
         (handover ? "-o smtpd_authorized_xclient_hosts=127.0.0.1 -o smtpd_sasl_auth_enable=yes"
                   : "-o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=no");
}

void require_handover(const Config& config, const Keywords& announced) {
  const bool sasl = config.login == LoginWay::sasl;
  const ClientFacts somebody{"192.0.2.1", 49152, "", sasl ? "somebody" : ""};
  const auto lacking = lacking_for(config.handover, somebody, announced);
  if (!lacking.empty()) throw std::runtime_error(lacking + mend_of(config, true));
  if (!sasl && !announced.has("AUTH")) throw std::runtime_error("it does not offer us AUTH" + mend_of(config, false));
}

void check_backend(Report& report, const BackendAddress& address, const Config& config, const BackendRules& rules) {
  std::optional<Keywords> announced;
  if (report.attempt("back end " + address.to_string(), [&] { announced = reach(address, rules); })) {
    report.attempt("handover to " + address.to_string(), [&] { require_handover(config, *announced); });
  }
}

void check_backends(Report& report, const Config& config) {
  if (config.handover == Handover::proxy) {
    report.attempt("password " + config.handover_password_file, [&] { handover_rules_for(config); });
  }
  BackendRules rules;
  const auto make_rules = [&] { rules = backend_rules_for(config); };
  const auto authorities = config.backend_ca.empty() ? "of the system" : config.backend_ca;
  if (!config.speaks_tls_to_backends()) {
    make_rules();
  } else if (!report.attempt("authorities " + authorities, make_rules)) {
    return;
  }
  rules.patience = patience;
  for (const auto& address : config.backends) check_backend(report, address, config, rules);
}

void check_tls(Report& report, const Config& config) {
  bool pairs = true;
  for (const auto& pair : config.tls.certificates) pairs &= check_certificate(report, pair);
  if (pairs) report.attempt("TLS", [&] { const TlsContext tls(config.tls, std::make_shared<TicketKeys>()); });
}

// X8: what stands under a key that is not in the file might as well not be there. That may be meant.
void look_for_missing_keys(Report& report, const Site& site, const KeyFile& keys) {
  const std::string what(keys_of_bindings);
  try {
    auto store = Connection::open(site.store);
    for (const auto& [id, usage] : key_usage(store, StoreClock(store).now(now()))) {
      const auto count = usage.devices();
      if (count == 0 || keys.find(id) != nullptr) continue;
      report.add({what, Found::note,
                  std::to_string(count) + " were made under key " + id + ", which is not in the key file",
                  "bring the key back, or see what they are with: clientidctl list --key " + id});
    }
  } catch (const std::exception& error) {
    report.add(fault(what, error.what()));
  }
}

void check_site(Report& report, const Site& site) {
  std::optional<KeyFile> keys;
  report.attempt("keys " + site.key_file, [&] { keys = KeyFile::load(site.key_file); });
  const bool store =
      report.attempt("store " + shown_store(site.store), [&] { Connection::require_writable(site.store); });
  if (keys && store) look_for_missing_keys(report, site, *keys);
  if (site.geoip_database.empty()) return;
  report.attempt("countries " + site.geoip_database, [&] { Countries::open(site.geoip_database); });
}

void check_module(Report& report, const Config& config) {
  report.attempt("module", [&] {
    const SaslLibrary sasl(config.sasl_config);
    require_module("smtp", config.hostname, config.sasl_config);
    for (const auto& mechanism : missing_mechanisms(config.mechanisms)) {
      throw ConfigError("mechanisms: libsasl does not offer " + mechanism + "; install its plug-in, or take it out");
    }
  });
}

}  // namespace

bool check_everything(const Config& config, bool json) {
  Report report(json);
  report.settings(config);
  std::optional<Site> site;
  report.attempt("configuration " + config.site_file, [&] { site = load_site(config.site_file); });
  become_user(report, config);
  check_tls(report, config);
  if (site) check_site(report, *site);
  if (config.login == LoginWay::sasl) check_module(report, config);
  check_backends(report, config);
  if (!config.alert_command.empty()) {
    report.attempt("command " + config.alert_command.front(), [&] { require_alert_command(config); });
  }
  if (config.metrics) report.add(look_at_monitor(*config.metrics));
  return report.good();
}

}  // namespace clientid
