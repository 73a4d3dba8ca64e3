// clientid.conf: what the shim and clientidctl agree on. Without it two programs would hash, spell or store the same
// device differently.
#pragma once

#include <string>

#include "plugin/policy/account.hpp"

namespace boost::program_options {
class options_description;
class variables_map;
}  // namespace boost::program_options

namespace clientid {

struct Site {
  std::string store;     // sqlite:PATH, or a URI of libpq; shown by shown_store() alone, for its password
  std::string key_file;  // a path
  AccountRules accounts;
  std::string geoip_database;  // a path; empty: none
};

// The name of this machine, the default of every key that wants one.
std::string host_name();

// SYSCONFDIR/clientid/clientid.conf
std::string default_site_file();

// The keys `store`, `key-file`, `account-case`, `default-realm` and `geoip-database`, with their defaults.
boost::program_options::options_description site_options();

// Throws ConfigError. The file need not exist where its path is the default one.
Site load_site(const std::string& path);
Site load_site(const std::string& path, const boost::program_options::variables_map& command_line);

}  // namespace clientid
