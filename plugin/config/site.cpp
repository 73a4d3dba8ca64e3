#include "plugin/config/site.hpp"

#include <unistd.h>

#include <array>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>
#include <vector>

#include "plugin/config/config_error.hpp"
#include "plugin/config/option_fault.hpp"
#include "plugin/config/option_file.hpp"

namespace clientid {

namespace po = boost::program_options;

struct AccountCase {
  bool fold;
};

// Found by Program_options through the type of the value.
void validate(boost::any& value, const std::vector<std::string>& texts, AccountCase* /*type*/, int /*unused*/) {
  const auto& text = po::validators::get_single_string(texts);
  if (text != "fold" && text != "keep") throw OptionFault("cannot be \"" + text + "\"; it takes fold or keep");
  value = AccountCase{text == "fold"};
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

std::string default_site_file() {
  return SYSCONFDIR "/clientid/clientid.conf";
}

po::options_description site_options() {
  po::options_description keys("clientid.conf");
  keys.add_options()("store",
                     po::value<std::string>()->default_value("sqlite:" LOCALSTATEDIR "/lib/clientid/clientid.db"),
                     "where bindings and history are kept: sqlite:PATH or postgresql://...")(
      "key-file", po::value<std::string>()->default_value(SYSCONFDIR "/clientid/clientid.key"),
      "the keys under which tokens are hashed")("account-case", po::value<AccountCase>()->default_value({true}, "fold"),
                                                "fold: Alice is alice; keep: they are two")(
      "default-realm", po::value<std::string>()->default_value(host_name()),
      "completes account names that have no @realm")("geoip-database", po::value<std::string>(),
                                                     "in which country an address is: a file in MaxMind's format");
  return keys;
}

Site load_site(const std::string& path) {
  return load_site(path, {});
}

Site load_site(const std::string& path, const po::variables_map& command_line) {
  auto values = command_line;
  const auto keys = site_options();
  if (path != default_site_file() || ::access(path.c_str(), F_OK) == 0) read_option_file(path, keys, values);
  po::store(po::parsed_options(&keys), values);

  Site site{values["store"].as<std::string>(), values["key-file"].as<std::string>(), {}, {}};
  site.accounts.fold_case = values["account-case"].as<AccountCase>().fold;
  site.accounts.default_realm = values["default-realm"].as<std::string>();
  if (values.count("geoip-database") != 0) site.geoip_database = values["geoip-database"].as<std::string>();
  if (!canonical_account("user@" + site.accounts.default_realm, site.accounts)) {
    throw ConfigError(path + ": default-realm: cannot be \"" + site.accounts.default_realm +
                      "\"; it takes a domain name");
  }
  return site;
}

}  // namespace clientid
