// The built module under the real libsasl, with a judge in the same process: what its rulings become for each
// mechanism.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <sasl/sasl.h>

#include <cstring>
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
    add_user("a=b@example.com", "right");
    add_user("bob@example.com", "other");
  }

  // Newer versions of Cyrus SASL have no LOGIN.
  std::vector<std::string> mechanisms() const {
    std::vector<std::string> list = {"PLAIN", "SCRAM-SHA-256"};
    if (has_mechanism(Configuration(*this), "LOGIN")) list.emplace_back("LOGIN");
    return list;
  }
};

const std::vector<const char*> orders = {"clientid sasldb", "sasldb clientid"};

const Credentials right;
const Credentials wrong{.password = "wrong"};
const Credentials unknown{.name = "nobody"};

ScriptedJudge talkative(Ruling ruling) {
  ScriptedJudge judge(ruling);
  std::strcpy(judge.answer.reason, "not-bound");
  std::strcpy(judge.answer.type, "uuid");
  std::strcpy(judge.answer.fingerprint, "3fa901bc77d20e11");
  return judge;
}

bool speaks_of_us(const std::string& detail) {
  // libsasl writes its own remark about callbacks that it misses; the last word would be that about ours.
  const std::string callback = "callback: " + std::to_string(judge_callback_id);
  for (const std::string& word : {std::string("clientid"), std::string("not-bound"), std::string("uuid"),
                                  std::string("3fa901bc77d20e11"), std::string("alice"), callback}) {
    if (detail.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE_FIXTURE(Site, "a ruling decides, for every mechanism and in any order of plugins") {
  for (const std::string& mechanism : mechanisms()) {
    for (const char* const order : orders) {
      for (const Ruling ruling : {Ruling::allow, Ruling::refuse, Ruling::unavailable}) {
        CAPTURE(mechanism);
        CAPTURE(order);
        CAPTURE(static_cast<int>(ruling));
        ScriptedJudge judge(ruling);
        Configuration configuration(*this, judge);
        configuration.options["auxprop_plugin"] = order;
        const int codes[] = {SASL_OK, SASL_BADAUTH, SASL_UNAVAIL};
        CHECK(log_in(configuration, mechanism, right).code == codes[static_cast<int>(ruling)]);
        CHECK_FALSE(judge.asked.empty());
      }
    }
  }
}

TEST_CASE_FIXTURE(Site, "a refused device and a wrong password look the same to the client") {
  for (const std::string& mechanism : mechanisms()) {
    CAPTURE(mechanism);
    ScriptedJudge refusing = talkative(Ruling::refuse);
    ScriptedJudge allowing(Ruling::allow);
    const Outcome device = log_in(Configuration(*this, refusing), mechanism, right);
    const Outcome password = log_in(Configuration(*this, allowing), mechanism, wrong);
    CHECK(device.code == SASL_BADAUTH);
    CHECK(device.code == password.code);
    CHECK(device.text == password.text);
    CHECK_FALSE(speaks_of_us(device.detail));
  }
}

TEST_CASE_FIXTURE(Site, "an unavailable judge says nothing about itself") {
  for (const std::string& mechanism : mechanisms()) {
    CAPTURE(mechanism);
    ScriptedJudge judge = talkative(Ruling::unavailable);
    CHECK_FALSE(speaks_of_us(log_in(Configuration(*this, judge), mechanism, right).detail));
  }
}

TEST_CASE_FIXTURE(Site, "to allow is to have no opinion: what libsasl would say without us, it says") {
  for (const std::string& mechanism : mechanisms()) {
    for (const char* const order : orders) {
      for (const Credentials* const credentials : {&wrong, &unknown}) {
        CAPTURE(mechanism);
        CAPTURE(order);
        CAPTURE(credentials->name);
        ScriptedJudge judge(Ruling::allow);
        Configuration with(*this, judge);
        with.options["auxprop_plugin"] = order;
        Configuration without(*this);
        without.options["auxprop_plugin"] = "sasldb";
        const Outcome expected = log_in(without, mechanism, *credentials);
        const Outcome outcome = log_in(with, mechanism, *credentials);
        CHECK(outcome.code != SASL_OK);
        CHECK(outcome.code == expected.code);
        CHECK(outcome.detail == expected.detail);
      }
    }
  }
}

TEST_CASE_FIXTURE(Site, "a refusal is not lost behind an unknown user") {
  for (const char* const order : orders) {
    CAPTURE(order);
    ScriptedJudge judge(Ruling::refuse);
    Configuration configuration(*this, judge);
    configuration.options["auxprop_plugin"] = order;
    CHECK(log_in(configuration, "PLAIN", unknown).code == SASL_BADAUTH);
  }
}

TEST_CASE_FIXTURE(Site, "the question names account, service, both ends and the identity") {
  for (const std::string& mechanism : mechanisms()) {
    CAPTURE(mechanism);
    ScriptedJudge judge(Ruling::allow);
    REQUIRE(log_in(Configuration(*this, judge), mechanism, {.name = " alice "}).code == SASL_OK);
    for (const ScriptedJudge::Asked& asked : judge.asked) {
      CHECK(asked.account == "alice@example.com");
      CHECK(asked.service == "smtp");
      CHECK(asked.local == "127.0.0.1;587");
      CHECK(asked.remote == "192.0.2.7;49152");
      CHECK(asked.identity == "uuid 3fa901bc77d20e11");
    }
  }
}

TEST_CASE_FIXTURE(Site, "a client without identity is asked about as well") {
  ScriptedJudge judge(Ruling::allow);
  Configuration configuration(*this, judge);
  configuration.options.erase(option_identity);
  REQUIRE(log_in(configuration, "PLAIN", right).code == SASL_OK);
  REQUIRE_FALSE(judge.asked.empty());
  CHECK(judge.asked[0].identity.empty());
}

TEST_CASE_FIXTURE(Site, "no question for the authorization identity, unless properties are wanted") {
  ScriptedJudge judge(Ruling::allow);
  Configuration configuration(*this, judge);
  REQUIRE(log_in(configuration, "SCRAM-SHA-256", right).code == SASL_OK);
  CHECK(judge.asked.size() == 1);
  REQUIRE(log_in(configuration, "PLAIN", right).code == SASL_OK);
  CHECK(judge.asked.size() == 3);
}

TEST_CASE_FIXTURE(Site, "properties are answered where they were requested, and only those") {
  ScriptedJudge judge = talkative(Ruling::allow);
  Configuration configuration(*this, judge);
  for (const std::string& mechanism : mechanisms()) {
    CAPTURE(mechanism);
    configuration.properties = {"clientidVerdict", "clientidReason", "clientidType", "clientidFingerprint"};
    Outcome outcome = log_in(configuration, mechanism, right);
    REQUIRE(outcome.code == SASL_OK);
    CHECK(outcome.properties["clientidVerdict"] == "allow");
    CHECK(outcome.properties["clientidReason"] == "not-bound");
    CHECK(outcome.properties["clientidType"] == "uuid");
    CHECK(outcome.properties["clientidFingerprint"] == "3fa901bc77d20e11");

    configuration.properties = {"*clientidReason", "uidNumber"};
    outcome = log_in(configuration, mechanism, right);
    REQUIRE(outcome.code == SASL_OK);
    CHECK(outcome.properties["*clientidReason"] == "not-bound");
    CHECK_FALSE(outcome.properties.contains("clientidReason"));
    CHECK_FALSE(outcome.properties.contains("*clientidVerdict"));
  }
}

TEST_CASE_FIXTURE(Site, "properties tell of refusals too, and leave out what the judge left out") {
  ScriptedJudge refusing(Ruling::refuse);
  ScriptedJudge unavailable(Ruling::unavailable);
  Configuration configuration(*this, refusing);
  configuration.properties = {"*clientidVerdict", "*clientidReason"};
  Outcome outcome = log_in(configuration, "PLAIN", right);
  CHECK(outcome.properties["*clientidVerdict"] == "refuse");
  CHECK_FALSE(outcome.properties.contains("*clientidReason"));
  configuration.judge = &unavailable;
  outcome = log_in(configuration, "PLAIN", right);
  CHECK(outcome.properties["*clientidVerdict"] == "unavailable");
}

TEST_CASE_FIXTURE(Site, "who acts as another is judged as himself") {
  for (const std::string& mechanism : mechanisms()) {
    if (mechanism == "LOGIN") continue;  // has no authorization identity
    CAPTURE(mechanism);
    ScriptedJudge judge = talkative(Ruling::allow);
    Configuration configuration(*this, judge);
    configuration.properties = {"*clientidVerdict", "clientidReason"};
    Outcome outcome = log_in(configuration, mechanism, {.authorization = "bob"});
    REQUIRE(outcome.code == SASL_OK);
    CHECK(outcome.user == "bob@example.com");
    CHECK(outcome.properties["*clientidVerdict"] == "allow");
    CHECK(outcome.properties["clientidReason"] == "not-bound");
    for (const ScriptedJudge::Asked& asked : judge.asked) CHECK(asked.account == "alice@example.com");

    judge.answer.ruling = Ruling::refuse;
    CHECK(log_in(configuration, mechanism, {.authorization = "bob"}).code == SASL_BADAUTH);
  }
}

TEST_CASE_FIXTURE(Site, "a name that cannot be carried exactly is refused, and the judge never sees it") {
  using namespace std::string_literals;
  const std::vector<std::string> names = {"ali\nce",   "alice\nverdict", "ali\rce",
                                          "ali\001ce", "ali\177ce",      std::string(max_value + 1, 'a')};
  for (const std::string& name : names) {
    CAPTURE(name.size());
    ScriptedJudge judge(Ruling::allow);
    Configuration configuration(*this, judge);
    configuration.realm.reset();
    CHECK(send_lines(configuration, "PLAIN", {"\0"s + name + "\0right"s}).code == SASL_BADAUTH);
    CHECK(send_lines(configuration, "SCRAM-SHA-256", {"n,,n=" + name + ",r=abcdefgh"}).code == SASL_BADAUTH);
    CHECK(judge.asked.empty());
  }
  ScriptedJudge judge(Ruling::allow);
  Configuration configuration(*this, judge);
  if (has_mechanism(configuration, "LOGIN")) {
    CHECK(send_lines(configuration, "LOGIN", {"", "alice@example.com\0x"s, "right"}).code == SASL_BADAUTH);
    CHECK(judge.asked.empty());
  }
}

TEST_CASE_FIXTURE(Site, "the longest name, 8-bit names and names with = are asked about as they are") {
  const std::string longest = std::string(max_value - std::strlen("@example.com"), 'a') + "@example.com";
  for (const std::string& name : {longest, std::string("j\xc3\xbcrgen@example.com"), std::string("a=b@example.com")}) {
    ScriptedJudge judge(Ruling::allow);
    log_in(Configuration(*this, judge), "PLAIN", {.name = name});
    REQUIRE_FALSE(judge.asked.empty());
    CHECK(judge.asked[0].account == name);
  }
}

TEST_CASE_FIXTURE(Site, "a judge that is not there, fails or says nonsense is unavailable") {
  for (const std::string& mechanism : mechanisms()) {
    CAPTURE(mechanism);
    ScriptedJudge judge(Ruling::allow);
    Configuration configuration(*this, judge);
    judge.code = SASL_FAIL;
    CHECK(log_in(configuration, mechanism, right).code == SASL_UNAVAIL);
    judge.code = SASL_OK;
    judge.answer.ruling = static_cast<Ruling>(7);
    CHECK(log_in(configuration, mechanism, right).code == SASL_UNAVAIL);
    configuration.judge = nullptr;
    CHECK(log_in(configuration, mechanism, right).code == SASL_UNAVAIL);
  }
}

TEST_CASE_FIXTURE(Site, "an answer that fills its place is read no further") {
  ScriptedJudge judge(Ruling::allow);
  std::memset(judge.answer.reason, 'r', sizeof judge.answer.reason);
  std::memset(judge.answer.type, 't', sizeof judge.answer.type);
  std::memset(judge.answer.fingerprint, 'f', sizeof judge.answer.fingerprint);
  Configuration configuration(*this, judge);
  configuration.properties = {"clientidReason", "clientidType", "clientidFingerprint"};
  Outcome outcome = log_in(configuration, "PLAIN", right);
  CHECK(outcome.properties["clientidReason"] == std::string(31, 'r'));
  CHECK(outcome.properties["clientidType"] == std::string(16, 't'));
  CHECK(outcome.properties["clientidFingerprint"] == std::string(16, 'f'));
}

TEST_CASE_FIXTURE(Site, "the password of a refused device is not checked by another method") {
  ScriptedJudge judge(Ruling::refuse);
  Configuration configuration(*this, judge);
  configuration.options["pwcheck_method"] = "auxprop auxprop";
  CHECK(log_in(configuration, "PLAIN", right).code == SASL_BADAUTH);
  CHECK(judge.asked.size() == 1);
}

TEST_CASE_FIXTURE(Site, "a service that never heard of the module is left alone by it") {
  ScriptedJudge judge(Ruling::refuse);
  Configuration configuration(*this, judge);
  configuration.options.erase("auxprop_plugin");
  configuration.options.erase(option_service);
  CHECK(log_in(configuration, "PLAIN", right).code == SASL_OK);
  CHECK(judge.asked.empty());

  configuration.options[option_service] = service_in_process;
  CHECK(log_in(configuration, "PLAIN", right).code == SASL_BADAUTH);

  configuration.options.erase(option_service);
  configuration.options["canon_user_plugin"] = "clientid";
  CHECK(log_in(configuration, "PLAIN", right).code == SASL_UNAVAIL);  // the service of the build does not run
}

TEST_CASE_FIXTURE(Site, "with its canonicalisation, nobody gets in where the module would not be asked") {
  ScriptedJudge judge(Ruling::allow);
  Configuration configuration(*this, judge);
  configuration.options["canon_user_plugin"] = "clientid";
  for (const char* const listed : {"clientid sasldb", "sasldb\tClientID", " sasldb  clientid "}) {
    CAPTURE(listed);
    configuration.options["auxprop_plugin"] = listed;
    for (const std::string& mechanism : mechanisms()) CHECK(log_in(configuration, mechanism, right).code == SASL_OK);
  }
  for (const char* const unlisted : {"sasldb", "sasldb clientids", "client id sasldb", ""}) {
    CAPTURE(unlisted);
    configuration.options["auxprop_plugin"] = unlisted;
    for (const std::string& mechanism : mechanisms()) {
      CHECK(log_in(configuration, mechanism, right).code == SASL_UNAVAIL);
    }
  }
}

TEST_CASE_FIXTURE(Site, "the calls of libsasl that are no mechanism are judged where libsasl looks users up") {
  ScriptedJudge judge(Ruling::refuse);
  Configuration configuration(*this, judge);
  Connection connection(configuration);
  CHECK(sasl_checkpass(connection.get(), "alice", 5, "right", 5) == SASL_BADAUTH);
  judge.answer.ruling = Ruling::allow;
  CHECK(sasl_checkpass(connection.get(), "alice", 5, "right", 5) == SASL_OK);
  CHECK(sasl_user_exists(connection.get(), "smtp", nullptr, "alice@example.com") == SASL_OK);
}
