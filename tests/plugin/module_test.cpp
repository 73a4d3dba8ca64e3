// The built module under the real libsasl, with a judge in the same process: what its rulings become for each
// mechanism.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <sasl/sasl.h>

#include <string>
#include <vector>

#include "tests/plugin/sasl_host.hpp"
#include "tests/plugin/sasl_site.hpp"

using namespace clientid;
using namespace clientid::test;

namespace {

struct Site : SaslSite {
  Site() {
    add_user("alice@example.com", "right");
    add_user("bob@example.com", "other");
  }
};

// Newer versions of Cyrus SASL have no LOGIN.
std::vector<std::string> mechanisms(const SaslSite& site) {
  std::vector<std::string> list = {"PLAIN", "SCRAM-SHA-256"};
  if (has_mechanism(Configuration(site), "LOGIN")) list.push_back("LOGIN");
  return list;
}

const std::vector<const char*> orders = {"clientid sasldb", "sasldb clientid"};

constexpr Credentials const* right = nullptr;
[[maybe_unused]] constexpr auto unused = right;

}  // namespace

TEST_CASE_FIXTURE(Site, "a ruling decides, for every mechanism and in any order of plugins") {
  for (const std::string& mechanism : mechanisms(*this)) {
    for (const char* const order : orders) {
      for (const Ruling ruling : {Ruling::allow, Ruling::refuse, Ruling::unavailable}) {
        CAPTURE(mechanism);
        CAPTURE(order);
        CAPTURE(static_cast<int>(ruling));
        ScriptedJudge judge(ruling);
        Configuration configuration(*this, judge);
        configuration.options["auxprop_plugin"] = order;
        const Outcome outcome = log_in(configuration, mechanism, {});
        const int expected = ruling == Ruling::allow ? SASL_OK : ruling == Ruling::refuse ? SASL_BADAUTH : SASL_UNAVAIL;
        CHECK(outcome.code == expected);
        CHECK_FALSE(judge.asked.empty());
      }
    }
  }
}
