#include "plugin/config/site.hpp"

#include <doctest/doctest.h>

#include <boost/program_options/parsers.hpp>
#include <boost/program_options/variables_map.hpp>
#include <filesystem>
#include <fstream>

#include "plugin/config/config_error.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;
namespace po = boost::program_options;

namespace {

class SiteFile {
 public:
  explicit SiteFile(const std::string& text) { std::ofstream(path(), std::ios::binary) << text; }

  std::string path() const { return directory_.file("clientid.conf"); }
  Site load() const { return load_site(path()); }
  std::string fault() const {
    try {
      load();
    } catch (const ConfigError& error) {
      const std::string text = error.what();
      CHECK(text.starts_with(path() + ":"));
      return text.substr(path().size() + 1);
    }
    return {};
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("everything that the programs share") {
  const auto site = SiteFile(
                        "store = sqlite:/srv/clientid.db\nkey-file = /srv/clientid.key\naccount-case = keep\n"
                        "default-realm = example.com\ngeoip-database = /srv/GeoLite2-City.mmdb\n")
                        .load();
  CHECK(site.store == "sqlite:/srv/clientid.db");
  CHECK(site.key_file == "/srv/clientid.key");
  CHECK_FALSE(site.accounts.fold_case);
  CHECK(site.accounts.default_realm == "example.com");
  CHECK(site.geoip_database == "/srv/GeoLite2-City.mmdb");
}

TEST_CASE("defaults") {
  const auto site = SiteFile("").load();
  CHECK(site.store.starts_with("sqlite:/"));
  CHECK(site.store.ends_with("/lib/clientid/clientid.db"));
  CHECK(site.key_file.ends_with("/clientid/clientid.key"));
  CHECK(site.accounts.fold_case);
  CHECK_FALSE(site.accounts.default_realm.empty());
  CHECK(site.geoip_database.empty());
  CHECK(default_site_file().ends_with("/clientid/clientid.conf"));
}

TEST_CASE("account-case is fold or keep") {
  CHECK(SiteFile("account-case = fold\n").load().accounts.fold_case);
  for (const auto* bad : {"Fold", "lower", "yes"}) {
    CHECK(SiteFile(std::string("# one\naccount-case = ") + bad + "\n").fault() ==
          std::string("2: account-case: cannot be \"") + bad + "\"; it takes fold or keep");
  }
}

TEST_CASE("threats: aliases - a default realm that no account can have is an error") {
  for (const auto* bad : {"", "ex ample.com", "ex\xC3\xA4mple.com"}) {
    CAPTURE(std::string_view(bad));
    CHECK(SiteFile(std::string("default-realm = ") + bad + "\n").fault().find("default-realm") != std::string::npos);
  }
  CHECK(SiteFile("default-realm = " + std::string(255, 'x') + "\n").fault().find("default-realm") != std::string::npos);
}

TEST_CASE("the command line wins over the file") {
  const SiteFile file("store = sqlite:/file.db\nkey-file = /file.key\n");
  const auto keys = site_options();
  po::variables_map values;
  po::store(po::command_line_parser(std::vector<std::string>{"--store", "sqlite:/line.db", "--account-case", "keep"})
                .options(keys)
                .run(),
            values);
  const auto given = values.size();
  const auto site = load_site(file.path(), values);
  CHECK(site.store == "sqlite:/line.db");
  CHECK(site.key_file == "/file.key");
  CHECK_FALSE(site.accounts.fold_case);
  CHECK(values.size() == given);
}

TEST_CASE("a file that was asked for has to be there") {
  const TemporaryDirectory directory;
  CHECK_THROWS_AS(load_site(directory.file("clientid.conf")), ConfigError);
}

TEST_CASE("the default file need not be there") {
  if (std::filesystem::exists(default_site_file())) return;
  CHECK(load_site(default_site_file()).store == SiteFile("").load().store);
}

TEST_CASE("an unknown key is named") {
  CHECK(SiteFile("stores = sqlite:/x\n").fault().starts_with("1: stores: no such key"));
}
