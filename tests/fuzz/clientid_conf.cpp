// clientid.conf: what is taken means the same when it is written again, and what is not is told of in one line.
#include "plugin/config/config_error.hpp"
#include "plugin/config/site.hpp"
#include "tests/fuzz/config_fault.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/text_file.hpp"

namespace clientid {
namespace {

std::string written(const Site& site) {
  auto text = "# again\n\nstore = " + site.store + "\n  key-file=" + site.key_file +
              "\naccount-case = " + (site.accounts.fold_case ? "fold" : "keep") +
              "\ndefault-realm = " + site.accounts.default_realm + "\n";
  if (!site.geoip_database.empty()) text += "geoip-database = " + site.geoip_database;
  return text;
}

}  // namespace

void fuzz(std::string_view input) {
  static const TextFile file;
  file.write(input);
  Site site;
  try {
    site = load_site(file.path());
  } catch (const ConfigError& error) {
    std::string fault = error.what();
    require(fault.starts_with(file.path() + ":"), "a fault names the file");
    return check_config_fault(fault.substr(file.path().size()), input);
  }
  file.write(written(site));
  const auto again = load_site(file.path());
  require(again.store == site.store && again.key_file == site.key_file && again.geoip_database == site.geoip_database &&
              again.accounts.fold_case == site.accounts.fold_case &&
              again.accounts.default_realm == site.accounts.default_realm,
          "a site is read as it was written");
}

}  // namespace clientid
