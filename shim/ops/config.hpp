// shim.conf as the program uses it. The keys and their defaults are in config.cpp; shim.conf(5) describes them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "shim/auth/verdict_service.hpp"
#include "shim/net/alert_mail.hpp"
#include "shim/net/backend.hpp"
#include "shim/net/handover.hpp"
#include "shim/net/listen_address.hpp"
#include "shim/net/monitor_address.hpp"
#include "shim/net/service.hpp"
#include "shim/net/tls_context.hpp"
#include "shim/ops/log.hpp"

namespace clientid {

struct Config {
  std::vector<ListenAddress> listen;
  std::string hostname;
  TlsSettings tls;
  std::string site_file;  // clientid-config
  std::string sasl_config;
  std::vector<std::string> mechanisms;
  std::vector<VerdictSocket> verdict_sockets;
  std::string handover_login;  // our own
  std::string handover_password_file;
  std::vector<BackendAddress> backends;
  std::vector<Network> trusted_proxies;
  std::string backend_ca;  // empty: what the system trusts
  LoginWay login = LoginWay::sasl;
  Handover handover = Handover::xclient;
  std::optional<ProxyVersion> send_proxy;
  bool clientid = true;
  bool burl = false;
  bool etrn = false;
  bool relay_unauthenticated = false;
  bool refuse_after_auth = false;
  unsigned workers = 0;
  unsigned auth_workers = 0;
  unsigned auth_queue = 0;
  unsigned max_connections = 0;
  unsigned max_connections_per_address = 0;
  unsigned max_connections_per_device = 0;
  unsigned max_errors = 0;
  std::uint64_t max_message_size = 0;  // octets; 0: any
  std::chrono::milliseconds greeting_timeout{};
  std::chrono::milliseconds command_timeout{};
  std::chrono::milliseconds data_timeout{};
  std::chrono::milliseconds backend_timeout{};
  std::chrono::milliseconds auth_timeout{};
  std::chrono::milliseconds session_timeout{};
  std::chrono::milliseconds failure_delay{};
  std::string user;
  std::string group;
  std::string pid_file;
  std::optional<MonitorAddress> metrics;
  std::vector<std::string> alert_command;  // its path, and arguments; empty: none
  AlertAddresses alert_mail;
  log::Target log_target = log::Target::standard_error;
  log::Format log_format = log::Format::text;
  log::Level log_level = log::Level::info;

  bool speaks_tls_to_backends() const;
};

struct CommandLine {
  bool check = false;
  bool json = false;
  Config config;
};

// Throws ConfigError where keys are given that cannot work together.
void require_sound(const Config& config);

// Puts back into `fresh` what stays as it was for as long as the process lives. The keys that had another value.
std::vector<const char*> keep_until_restart(const Config& old, Config& fresh);

// Nothing where --help or --version was asked for and answered. Throws ConfigError.
std::optional<CommandLine> read_command_line(int argc, const char* const* argv);

}  // namespace clientid
