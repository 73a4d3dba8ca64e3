// The built module under the real libsasl, where a real saslauthd checks the password: the module is asked although it
// knows no user. Needs root for a private /etc; skipped (exit status 77) without.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <sasl/sasl.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "tests/plugin/sasl_host.hpp"
#include "tests/plugin/sasl_site.hpp"
#include "tests/plugin/saslauthd.hpp"

using namespace clientid;
using namespace clientid::test;

namespace {

const SaslSite* site = nullptr;
const Saslauthd* daemon_of_test = nullptr;

// saslauthd knows alice; libsasl itself knows nobody.
Configuration configured(ScriptedJudge& judge, const char* plugins) {
  Configuration configuration(*site, judge);
  configuration.options["auxprop_plugin"] = plugins;
  configuration.options["pwcheck_method"] = "saslauthd";
  configuration.options["saslauthd_path"] = daemon_of_test->socket();
  configuration.options["sasldb_path"] = site->directory() / "empty";
  return configuration;
}

std::vector<std::string> mechanisms() {
  std::vector<std::string> list = {"PLAIN"};
  if (has_mechanism(Configuration(*site), "LOGIN")) list.emplace_back("LOGIN");
  return list;
}

const std::vector<const char*> lists = {"clientid", "clientid sasldb", "sasldb clientid"};

}  // namespace

TEST_CASE("a ruling decides, alone and beside a sasldb that does not know the user") {
  for (const std::string& mechanism : mechanisms()) {
    for (const char* const plugins : lists) {
      for (const Ruling ruling : {Ruling::allow, Ruling::refuse, Ruling::unavailable}) {
        CAPTURE(mechanism);
        CAPTURE(plugins);
        CAPTURE(static_cast<int>(ruling));
        ScriptedJudge judge(ruling);
        const int codes[] = {SASL_OK, SASL_BADAUTH, SASL_UNAVAIL};
        CHECK(log_in(configured(judge, plugins), mechanism, {}).code == codes[static_cast<int>(ruling)]);
        REQUIRE(judge.asked.size() == 1);
        CHECK(judge.asked[0].account == "alice@example.com");
      }
    }
  }
}

TEST_CASE("a refused device and a wrong password look the same; to allow lets no wrong password in") {
  for (const std::string& mechanism : mechanisms()) {
    for (const char* const plugins : lists) {
      CAPTURE(mechanism);
      CAPTURE(plugins);
      ScriptedJudge refusing(Ruling::refuse);
      ScriptedJudge allowing(Ruling::allow);
      const Outcome device = log_in(configured(refusing, plugins), mechanism, {});
      const Outcome password = log_in(configured(allowing, plugins), mechanism, {.password = "wrong"});
      CHECK(password.code == SASL_BADAUTH);
      CHECK(device.code == password.code);
      CHECK(device.text == password.text);
      CHECK(log_in(configured(allowing, plugins), mechanism, {.name = "nobody"}).code == SASL_BADAUTH);
    }
  }
}

TEST_CASE("who acts as another is judged as himself") {
  ScriptedJudge judge(Ruling::allow);
  Configuration configuration = configured(judge, "clientid sasldb");
  configuration.options["sasldb_path"] = site->sasldb();  // libsasl wants to know whom he acts as
  configuration.properties = {"*clientidVerdict", "clientidVerdict"};
  Outcome outcome = log_in(configuration, "PLAIN", {.authorization = "bob"});
  CHECK(outcome.code == SASL_OK);
  CHECK(outcome.user == "bob@example.com");
  CHECK(outcome.properties["*clientidVerdict"] == "allow");
  CHECK(outcome.properties["clientidVerdict"] == "allow");
  for (const ScriptedJudge::Asked& asked : judge.asked) CHECK(asked.account == "alice@example.com");

  // The module cannot vouch for anybody: alone it is as good as no plugin.
  const int without = log_in(configured(judge, "none"), "PLAIN", {.authorization = "bob"}).code;
  CHECK(without != SASL_OK);
  CHECK(log_in(configured(judge, "clientid"), "PLAIN", {.authorization = "bob"}).code == without);
}

TEST_CASE("with the canonicalisation, where the module is not listed, nobody gets in") {
  ScriptedJudge judge(Ruling::allow);
  Configuration configuration = configured(judge, "sasldb");
  CHECK(log_in(configuration, "PLAIN", {}).code == SASL_OK);  // and this is what it is for
  configuration.options["canon_user_plugin"] = "clientid";
  CHECK(log_in(configuration, "PLAIN", {}).code == SASL_UNAVAIL);
  configuration.options["auxprop_plugin"] = "clientid";
  CHECK(log_in(configuration, "PLAIN", {}).code == SASL_OK);
}

int main(int argc, char** argv) {
  const SaslSite here;
  here.add_user("alice@example.com", "right");
  here.add_user("bob@example.com", "other");
  try {
    const Saslauthd daemon(here.directory() / "saslauthd", here.sasldb());
    site = &here;
    daemon_of_test = &daemon;
    return doctest::Context(argc, argv).run();
  } catch (const std::exception& error) {
    std::printf("skipped: %s\n", error.what());
    return 77;
  }
}
