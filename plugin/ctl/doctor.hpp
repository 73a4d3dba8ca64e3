// The parts of `clientidctl doctor`. Each looks at something, adds what it finds, and goes on where something is wrong.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/config/finding.hpp"
#include "plugin/ctl/context.hpp"

namespace clientid::ctl {

using Findings = std::vector<Finding>;

// shim.conf as the service itself reads it; values are spelt as there.
struct ServiceSettings {
  std::string site_file;
  std::string user;  // empty: whoever starts it
  bool auth_by_backend = false;
  bool password_by_backend = false;
  std::string sasl_config;
  bool clientid = true;
  bool relays_unauthenticated = false;
  std::vector<std::string> listen;
  std::vector<std::string> backends;
  std::vector<std::string> verdict_sockets;

  const std::string& owner() const;  // of what is the service's: the user, or root
};

// Configuration, key, store, and what the store says of both (doctor_site.cpp).
void look_at_site(Context& context, const std::string& site_file, Findings& findings);

// All that `clientid-shim --check` tries, and whether the service runs (doctor_service.cpp). Nothing where there is no
// service to look at, or its configuration cannot be used.
std::optional<ServiceSettings> look_at_service(const std::string& site_file,
                                               const std::optional<std::string>& shim_file, Findings& findings);

// The module and the configuration of libsasl, here or in the back end (doctor_sasl.cpp). `sasl_file` is that of the
// back end, where it is not where Postfix or Exim have it.
void look_at_sasl(const ServiceSettings& service, const std::optional<std::string>& sasl_file, Findings& findings);

}  // namespace clientid::ctl
