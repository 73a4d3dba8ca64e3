#include "shim/ops/config.hpp"

#include <algorithm>
#include <array>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>
#include <cstdio>
#include <sstream>
#include <thread>

#include "plugin/config/config_error.hpp"
#include "plugin/config/option_fault.hpp"
#include "plugin/config/option_file.hpp"
#include "plugin/config/site.hpp"
#include "shim/auth/scram_secret.hpp"
#include "shim/ops/journal.hpp"
#include "shim/ops/option_types.hpp"

namespace clientid {

namespace po = boost::program_options;

namespace {

using Strings = std::vector<std::string>;

template <const auto& words>
po::typed_value<Choice<words>>* one_of(std::size_t index) {
  return po::value<Choice<words>>()->default_value({index}, std::string(words[index]));
}

po::typed_value<Duration>* duration(std::chrono::milliseconds value, const char* text) {
  return po::value<Duration>()->default_value({value}, text);
}

po::typed_value<Number>* number(unsigned value) {
  return po::value<Number>()->default_value({value}, std::to_string(value));
}

po::typed_value<std::string>* text(const std::string& value) {
  return po::value<std::string>()->default_value(value);
}

template <typename T>
po::typed_value<std::vector<T>>* repeatable() {
  return po::value<std::vector<T>>()->composing();
}

po::options_description keys() {
  using namespace std::chrono_literals;
  po::options_description all("Keys of shim.conf");
  const auto add = [&all](const char* key, const po::value_semantic* value, const char* help) {
    all.add_options()(key, value, help);
  };
  add("listen", repeatable<ListenAddress>(), "ADDRESS:PORT starttls|tls [proxy-protocol]; repeatable");
  add("trusted-proxies", text(""), "networks whose PROXY headers are believed");
  add("hostname", text(host_name()), "name in greeting and EHLO");
  add("tls-certificate", repeatable<std::string>(), "PEM file, with its chain; repeatable, chosen by SNI");
  add("tls-key", repeatable<std::string>(), "PEM file; one for each certificate, in the same order");
  add("tls-min-version", one_of<tls_versions>(0), "1.2 or 1.3");
  add("tls-client-certificate", one_of<client_certificate_ways>(0), "ask clients for one, as a device: no or optional");
  add("tls-client-ca", text(""), "PEM file: who issues those that count; all do if not given");
  add("clientid", one_of<on_off>(1), "on: announce CLIENTID and take it");
  add("auth", one_of<auth_places>(0), "where AUTH is done: shim or backend");
  add("password-check", one_of<password_checks>(0), "with auth = shim, who knows passwords: sasl or backend");
  add("clientid-config", text(default_site_file()), "the clientid.conf to use");
  add("sasl-config", text("clientid-shim"), "name of the SASL configuration");
  add("mechanisms", text("PLAIN LOGIN SCRAM-SHA-256"), "what AUTH offers");
  add("verdict-socket", repeatable<VerdictSocket>(), "PATH [user:group] [mode] for the module elsewhere; repeatable");
  add("handover", one_of<handovers>(0), "how the back end learns who it is: xclient, replay, proxy or none");
  add("handover-login", text(""), "with handover = proxy, our own login there");
  add("handover-password-file", text(""), "with handover = proxy, the file with our password in its first line");
  add("backend", repeatable<BackendAddress>(),
      "smtp://HOST:PORT, smtps:// or smtp+starttls://, or unix:PATH; repeatable, in order");
  add("backend-ca", text(""), "PEM file with whom back ends are certified by; the system's own if not given");
  add("send-proxy-protocol", one_of<proxy_versions>(0), "header before all else to the back end: no, v1 or v2");
  add("allow-extensions", text(""), "BURL and ETRN pass only if named here");
  add("unauthenticated", one_of<unauthenticated_ways>(0), "mail without AUTH: refuse or relay");
  add("refuse-at", one_of<refusal_times>(0), "a refused device is told so at: auth or after-auth");
  add("workers", number(std::max(1U, std::thread::hardware_concurrency())), "threads that serve connections");
  add("auth-workers", number(4), "threads that run AUTH");
  add("auth-queue", number(256), "AUTHs that may wait for one of them");
  add("max-connections", number(1000), "clients at a time");
  add("max-connections-per-address", number(100), "of one IPv4 address or IPv6 /64 at a time");
  add("max-connections-per-device", number(100), "authenticated sessions of one device at a time on an account");
  add("max-errors", number(10), "errors after which a session ends");
  add("max-message-size", po::value<MessageSize>()->default_value({0}, "0"), "octets, or with K, M or G; 0: any");
  add("greeting-timeout", duration(30s, "30s"), "for a PROXY header, a TLS handshake, and the first command");
  add("command-timeout", duration(5min, "5m"), "for the next command");
  add("data-timeout", duration(3min, "3m"), "between two pieces of a message");
  add("backend-timeout", duration(10min, "10m"), "for one answer of the back end");
  add("session-timeout", duration(24h, "24h"), "for a whole session");
  add("auth-timeout", duration(1min, "1m"), "for libsasl and the store, at each step of an AUTH");
  add("failure-delay", duration(1s, "1s"), "a failed AUTH takes at least this long");
  add("user", text(""), "to become after the start");
  add("group", text(""), "likewise; the user's own if not given");
  add("pid-file", text(""), "where to write the process id");
  add("log", one_of<log_targets>(0), "stderr, syslog or journal");
  add("log-format", one_of<log_formats>(0), "text or json");
  add("log-level", one_of<log_levels>(2), "error, warning, info or debug");
  add("metrics", po::value<MonitorAddress>(), "ADDRESS:PORT [public] of /metrics for Prometheus, /healthz and /readyz");
  add("alert-command", text(""), "PROGRAM [ARGUMENT ...] that is given each alert, as JSON on its standard input");
  add("alert-mail", repeatable<std::string>(),
      "an address that alerts are mailed to, or account: its holder; repeatable");
  add("alert-from", text(""), "with alert-mail, the address that they come from");
  return all;
}

template <const auto& words>
std::size_t index_of(const po::variables_map& values, const char* key) {
  return values[key].as<Choice<words>>().index;
}

template <typename T>
std::vector<T> all_of(const po::variables_map& values, const char* key) {
  return values.count(key) == 0 ? std::vector<T>() : values[key].as<std::vector<T>>();
}

std::string string_of(const po::variables_map& values, const char* key) {
  return values.count(key) == 0 ? std::string() : values[key].as<std::string>();
}

unsigned number_of(const po::variables_map& values, const char* key, unsigned least, unsigned most) {
  const auto value = values[key].as<Number>().value;
  if (value >= least && value <= most) return value;
  throw ConfigError(std::string(key) + ": cannot be " + std::to_string(value) + "; it takes a number from " +
                    std::to_string(least) + " to " + std::to_string(most));
}

std::chrono::milliseconds timeout_of(const po::variables_map& values, const char* key) {
  const auto value = values[key].as<Duration>().value;
  if (value.count() > 0) return value;
  throw ConfigError(std::string(key) + ": cannot be 0; it takes a duration such as 30s");
}

Strings mechanisms_of(const std::string& list) {
  constexpr std::array<std::string_view, 4> known{"PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"};
  Strings mechanisms;
  std::istringstream words(list);
  for (std::string word; words >> word;) {
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      throw ConfigError("mechanisms: cannot be \"" + word +
                        "\"; it takes PLAIN, LOGIN, SCRAM-SHA-256 and SCRAM-SHA-256-PLUS");
    }
    mechanisms.push_back(word);
  }
  if (mechanisms.empty()) throw ConfigError("mechanisms: names none");
  return mechanisms;
}

std::vector<Network> networks_of(const std::string& list) {
  std::vector<Network> networks;
  std::istringstream words(list);
  for (std::string word; words >> word;) {
    const auto network = Network::parse(word);
    if (!network) {
      throw ConfigError("trusted-proxies: cannot be \"" + word + "\"; it takes networks such as 192.0.2.0/24 or ::1");
    }
    networks.push_back(*network);
  }
  return networks;
}

LoginWay login_way(bool auth_in_backend, bool password_in_backend) {
  if (auth_in_backend) return LoginWay::backend;
  return password_in_backend ? LoginWay::backend_password : LoginWay::sasl;
}

std::optional<ProxyVersion> proxy_version(std::size_t index) {
  if (index == 0) return std::nullopt;
  return index == 1 ? ProxyVersion::v1 : ProxyVersion::v2;
}

void allow_extensions(const std::string& list, Config& config) {
  std::istringstream words(list);
  for (std::string word; words >> word;) {
    if (word != "BURL" && word != "ETRN") {
      throw ConfigError("allow-extensions: cannot be \"" + word + "\"; it takes BURL and ETRN");
    }
    (word == "BURL" ? config.burl : config.etrn) = true;
  }
}

Strings alert_command_of(const std::string& line) {
  std::istringstream stream(line);
  Strings words;
  for (std::string word; stream >> word;) words.push_back(word);
  if (!words.empty() && !words.front().starts_with('/')) {
    // Not with the line: an argument may be a password.
    throw ConfigError("alert-command: it takes PROGRAM [ARGUMENT ...], the path from the root on");
  }
  return words;
}

AlertAddresses alert_mail_of(const Strings& readers, const std::string& from) {
  const auto require_address = [](const char* key, const std::string& text, const char* takes) {
    if (!is_mail_address(text)) {
      throw ConfigError(std::string(key) + ": cannot be \"" + text + "\"; it takes " + takes);
    }
  };
  AlertAddresses addresses{from, {}, false};
  for (const auto& reader : readers) {
    if (reader == "account") {
      addresses.to_holder = true;
      continue;
    }
    require_address("alert-mail", reader, "an address such as postmaster@example.com, or account");
    addresses.to.push_back(reader);
  }
  if (readers.empty() != from.empty()) {
    throw ConfigError(from.empty() ? "alert-from: must be given with alert-mail"
                                   : "alert-from: has no use without alert-mail");
  }
  if (!from.empty()) require_address("alert-from", from, "an address such as postmaster@example.com");
  return addresses;
}

std::vector<TlsFiles> pairs_of(const Strings& certificates, const Strings& keys) {
  if (certificates.size() != keys.size()) {
    throw ConfigError("tls-key: there are " + std::to_string(keys.size()) + " for " +
                      std::to_string(certificates.size()) +
                      " of tls-certificate; give one for each, in the same order");
  }
  std::vector<TlsFiles> pairs;
  for (std::size_t i = 0; i < certificates.size(); ++i) pairs.push_back({certificates[i], keys[i]});
  return pairs;
}

TlsSettings tls_of(const po::variables_map& values) {
  return {
      .certificates = pairs_of(all_of<std::string>(values, "tls-certificate"), all_of<std::string>(values, "tls-key")),
      .min_version = std::string(tls_versions[index_of<tls_versions>(values, "tls-min-version")]),
      .client_certificates = index_of<client_certificate_ways>(values, "tls-client-certificate") == 1,
      .client_ca = string_of(values, "tls-client-ca")};
}

void check_own_login(bool needed, const Config& config) {
  for (const auto& [key, value] : {std::pair("handover-login", &config.handover_login),
                                   std::pair("handover-password-file", &config.handover_password_file)}) {
    if (value->empty() == !needed) continue;
    throw ConfigError(std::string(key) +
                      (needed ? ": must be given with handover = proxy" : ": has no use without handover = proxy"));
  }
}

Config to_config(const po::variables_map& values) {
  constexpr unsigned many = 1'000'000;
  Config config;
  config.listen = all_of<ListenAddress>(values, "listen");
  config.hostname = string_of(values, "hostname");
  config.tls = tls_of(values);
  config.clientid = index_of<on_off>(values, "clientid") == 1;
  config.site_file = string_of(values, "clientid-config");
  config.login =
      login_way(index_of<auth_places>(values, "auth") == 1, index_of<password_checks>(values, "password-check") == 1);
  config.sasl_config = string_of(values, "sasl-config");
  config.mechanisms = mechanisms_of(string_of(values, "mechanisms"));
  config.verdict_sockets = all_of<VerdictSocket>(values, "verdict-socket");
  config.handover = static_cast<Handover>(index_of<handovers>(values, "handover"));
  config.handover_login = string_of(values, "handover-login");
  config.handover_password_file = string_of(values, "handover-password-file");
  config.backends = all_of<BackendAddress>(values, "backend");
  config.trusted_proxies = networks_of(string_of(values, "trusted-proxies"));
  config.backend_ca = string_of(values, "backend-ca");
  config.send_proxy = proxy_version(index_of<proxy_versions>(values, "send-proxy-protocol"));
  allow_extensions(string_of(values, "allow-extensions"), config);
  config.relay_unauthenticated = index_of<unauthenticated_ways>(values, "unauthenticated") == 1;
  config.refuse_after_auth = index_of<refusal_times>(values, "refuse-at") == 1;
  config.workers = number_of(values, "workers", 1, 1024);
  config.auth_workers = number_of(values, "auth-workers", 1, 1024);
  config.auth_queue = number_of(values, "auth-queue", 1, many);
  config.max_connections = number_of(values, "max-connections", 1, many);
  config.max_connections_per_address = number_of(values, "max-connections-per-address", 1, many);
  config.max_connections_per_device = number_of(values, "max-connections-per-device", 1, many);
  config.max_errors = number_of(values, "max-errors", 1, many);
  config.max_message_size = values["max-message-size"].as<MessageSize>().octets;
  config.greeting_timeout = timeout_of(values, "greeting-timeout");
  config.command_timeout = timeout_of(values, "command-timeout");
  config.data_timeout = timeout_of(values, "data-timeout");
  config.backend_timeout = timeout_of(values, "backend-timeout");
  config.session_timeout = timeout_of(values, "session-timeout");
  config.auth_timeout = timeout_of(values, "auth-timeout");
  config.failure_delay = values["failure-delay"].as<Duration>().value;
  config.user = string_of(values, "user");
  config.group = string_of(values, "group");
  config.pid_file = string_of(values, "pid-file");
  config.log_target = static_cast<log::Target>(index_of<log_targets>(values, "log"));
  config.log_format = static_cast<log::Format>(index_of<log_formats>(values, "log-format"));
  config.log_level = static_cast<log::Level>(index_of<log_levels>(values, "log-level"));
  if (values.count("metrics") != 0) config.metrics = values["metrics"].as<MonitorAddress>();
  config.alert_command = alert_command_of(string_of(values, "alert-command"));
  config.alert_mail = alert_mail_of(all_of<std::string>(values, "alert-mail"), string_of(values, "alert-from"));
  require_sound(config);
  return config;
}

}  // namespace

bool Config::speaks_tls_to_backends() const {
  return std::any_of(backends.begin(), backends.end(),
                     [](const auto& address) { return address.encryption != BackendEncryption::none; });
}

void require_sound(const Config& config) {
  const auto need = [](bool given, const char* key) {
    if (!given) throw ConfigError(std::string(key) + ": must be given");
  };
  need(!config.listen.empty(), "listen");
  need(!config.tls.certificates.empty(), "tls-certificate");
  need(!config.backends.empty(), "backend");
  const bool proxied = std::any_of(config.listen.begin(), config.listen.end(),
                                   [](const ListenAddress& address) { return address.proxy_protocol; });
  if (proxied && config.trusted_proxies.empty()) {
    throw ConfigError("trusted-proxies: must be given with proxy-protocol in listen, for the peers that may send it");
  }
  if (!config.tls.client_ca.empty() && !config.tls.client_certificates) {
    throw ConfigError(
        "tls-client-ca: is of use with tls-client-certificate = optional alone; set that, or take it out");
  }
  if (!config.backend_ca.empty() && !config.speaks_tls_to_backends()) {
    throw ConfigError("backend-ca: has no use where no back end is smtps:// or smtp+starttls://");
  }
  if (config.log_target == log::Target::journal && !log::has_journal()) {
    throw ConfigError("log: cannot be journal, for this program was built without libsystemd; take syslog or stderr");
  }
  const bool replays = config.handover == Handover::replay;
  const bool proxies = config.handover == Handover::proxy;
  if (config.login != LoginWay::sasl && (replays || proxies)) {
    throw ConfigError("handover: " + std::string(replays ? "replay" : "proxy") +
                      " has no use where the back end does AUTH; take xclient or none");
  }
  check_own_login(proxies, config);
  if (config.login == LoginWay::backend && config.verdict_sockets.empty()) {
    throw ConfigError("verdict-socket: must be given with auth = backend, for the module there to ask");
  }
  if (config.login != LoginWay::sasl &&
      std::any_of(config.mechanisms.begin(), config.mechanisms.end(), binds_channel)) {
    throw ConfigError(
        "mechanisms: SCRAM-SHA-256-PLUS binds AUTH to the TLS of this program, which a back end that does "
        "AUTH cannot know; take it out");
  }
  const bool scram = std::any_of(config.mechanisms.begin(), config.mechanisms.end(), is_scram);
  if (scram && (replays || config.login == LoginWay::backend_password)) {
    throw ConfigError("mechanisms: " + std::string(replays ? "handover = replay" : "password-check = backend") +
                      " needs passwords, which SCRAM never shows; take it out");
  }
}

std::vector<const char*> keep_until_restart(const Config& old, Config& fresh) {
  std::vector<const char*> keys;
  const auto keep = [&](const char* key, auto member) {
    if (old.*member == fresh.*member) return;
    keys.push_back(key);
    fresh.*member = old.*member;
  };
  keep("listen", &Config::listen);
  keep("auth and password-check", &Config::login);
  keep("sasl-config", &Config::sasl_config);
  keep("verdict-socket", &Config::verdict_sockets);
  keep("workers", &Config::workers);
  keep("auth-workers", &Config::auth_workers);
  keep("auth-queue", &Config::auth_queue);
  keep("max-connections", &Config::max_connections);
  keep("max-connections-per-address", &Config::max_connections_per_address);
  keep("user", &Config::user);
  keep("group", &Config::group);
  keep("pid-file", &Config::pid_file);
  keep("metrics", &Config::metrics);
  return keys;
}

std::optional<CommandLine> read_command_line(int argc, const char* const* argv) {
  po::options_description options("Options");
  options.add_options()("help,h", "show this and exit")("version", "show the version and exit")(
      "config", po::value<std::string>()->default_value(SYSCONFDIR "/clientid/shim.conf"), "the shim.conf to use")(
      "check", "read everything, reach store, module and back end, and say what is wrong")(
      "json", "with --check, one JSON object a line");
  const auto file_keys = keys();
  po::options_description everything;
  everything.add(options).add(file_keys);

  po::variables_map values;
  try {
    const auto parsed = po::command_line_parser(argc, argv)
                            .options(everything)
                            .positional({})
                            .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
                            .run();
    require_good_values(parsed);
    po::store(parsed, values);
  } catch (const po::error& error) {
    throw ConfigError(command_line_fault(error) + "; see clientid-shim --help");
  }
  if (values.count("help") != 0) {
    std::ostringstream help;
    help << "usage: clientid-shim [--config FILE] [--check [--json]] [--KEY VALUE ...]\n\n" << everything;
    std::fputs(help.str().c_str(), stdout);
    return std::nullopt;
  }
  if (values.count("version") != 0) {
    std::puts("clientid-shim " PACKAGE_VERSION);
    return std::nullopt;
  }
  const auto& file = values["config"].as<std::string>();
  read_option_file(file, file_keys, values);
  try {
    return CommandLine{values.count("check") != 0, values.count("json") != 0, to_config(values)};
  } catch (const ConfigError& error) {
    throw ConfigError(file + ": " + error.what());
  }
}

}  // namespace clientid
