// The built module under the real libsasl, in the processes that hosts make: children, jails, threads; and a machine
// where the module is not installed.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <sasl/sasl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "tests/plugin/child_process.hpp"
#include "tests/plugin/sasl_host.hpp"
#include "tests/plugin/sasl_site.hpp"
#include "tests/plugin/verdict_listener.hpp"

using namespace clientid;
using namespace clientid::test;

namespace {

// Answers by the account's name.
void answer_by_name(const std::string& question, int socket) {
  const bool allowed = question.find("\naccount=alice@example.com\n") != std::string::npos;
  answer(allowed ? "verdict=allow\n\n" : "verdict=refuse\n\n")(question, socket);
}

struct Site : SaslSite {
  explicit Site(Module module = Module::present) : SaslSite(module) {
    add_user("alice@example.com", "right");
    add_user("mallory@example.com", "right");
  }

  std::filesystem::path path() const { return directory() / "verdict"; }

  Configuration configured() const {
    Configuration configuration(*this);
    configuration.options[option_service] = "unix:" + path().native();
    return configuration;
  }
};

const Credentials alice;
const Credentials mallory{.name = "mallory"};

}  // namespace

TEST_CASE("without the module: libsasl alone lets everybody in, and nobody where the canonicalisation is named") {
  for (const char* const mechanism : {"PLAIN", "SCRAM-SHA-256"}) {
    CAPTURE(mechanism);
    CHECK(in_child([=] {
            const Site site(Module::absent);
            return log_in(site.configured(), mechanism, mallory).code;
          }) == SASL_OK);
    CHECK(in_child([=] {
            const Site site(Module::absent);
            Configuration configuration = site.configured();
            configuration.options["canon_user_plugin"] = "clientid";
            return log_in(configuration, mechanism, alice).code;
          }) == SASL_NOMECH);
  }
}

TEST_CASE("libsasl ends and begins again") {
  CHECK(in_child([] {
          for (int round = 0; round != 5; ++round) {
            const Site site;
            const VerdictListener listener(site.path(), answer_by_name);
            if (log_in(site.configured(), "PLAIN", alice).code != SASL_OK) return SASL_FAIL;
            if (log_in(site.configured(), "PLAIN", mallory).code != SASL_BADAUTH) return SASL_FAIL;
          }
          return SASL_OK;
        }) == SASL_OK);
}

TEST_CASE_FIXTURE(Site, "children of a host that has already asked") {
  const VerdictListener listener(path(), answer_by_name);
  REQUIRE(log_in(configured(), "PLAIN", alice).code == SASL_OK);
  CHECK(in_child([&] { return log_in(configured(), "PLAIN", alice).code; }) == SASL_OK);
  CHECK(in_child([&] { return log_in(configured(), "PLAIN", mallory).code; }) == SASL_BADAUTH);
  CHECK(in_child([&] {  // and theirs
          return in_child([&] { return log_in(configured(), "SCRAM-SHA-256", mallory).code; });
        }) == SASL_BADAUTH);
  CHECK(log_in(configured(), "PLAIN", mallory).code == SASL_BADAUTH);
}

TEST_CASE_FIXTURE(Site, "a host that goes into a jail after libsasl has begun") {
  if (::geteuid() != 0) {
    MESSAGE("left out: chroot needs root");
    return;
  }
  const std::filesystem::path run = directory() / "run";
  std::filesystem::create_directory(run);
  const VerdictListener listener(run / "verdict", answer_by_name);
  const auto jailed = [&](const Credentials& credentials) {
    return in_child([&] {
      // Who was asked before must be asked again from within.
      Configuration configuration = configured();
      configuration.options[option_service] = "unix:" + (run / "verdict").native() + " unix:/run/verdict";
      if (log_in(configuration, "PLAIN", alice).code != SASL_OK) return SASL_FAIL;
      if (::chroot(directory().c_str()) != 0 || ::chdir("/") != 0) return SASL_NOTINIT;
      configuration.options["sasldb_path"] = "/sasldb2";
      return log_in(configuration, "PLAIN", credentials).code;
    });
  };
  CHECK(jailed(alice) == SASL_OK);
  CHECK(jailed(mallory) == SASL_BADAUTH);
  std::filesystem::remove(run / "verdict");
  CHECK(in_child([&] {
          if (::chroot(directory().c_str()) != 0 || ::chdir("/") != 0) return SASL_NOTINIT;
          Configuration configuration = configured();
          configuration.options["sasldb_path"] = "/sasldb2";
          configuration.options[option_service] = "unix:/run/verdict";
          return log_in(configuration, "PLAIN", alice).code;
        }) == SASL_UNAVAIL);
}

TEST_CASE_FIXTURE(Site, "many threads, each with its connections") {
  const VerdictListener listener(path(), answer_by_name);
  std::atomic<int> wrong = 0;
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i != 8; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round != 8; ++round) {
        const char* const mechanism = (round + i) % 2 == 0 ? "PLAIN" : "SCRAM-SHA-256";
        const bool allowed = (round / 2 + i) % 2 == 0;
        const int expected = allowed ? SASL_OK : SASL_BADAUTH;
        if (log_in(configured(), mechanism, allowed ? alice : mallory).code != expected) ++wrong;

        ScriptedJudge judge(allowed ? Ruling::allow : Ruling::refuse);
        judge.pause = 1;  // the others go on meanwhile
        const Credentials& one = i % 2 == 0 ? alice : mallory;
        if (log_in(Configuration(*this, judge), mechanism, one).code != expected) ++wrong;
        for (const ScriptedJudge::Asked& asked : judge.asked) {
          if (asked.account != one.name + "@example.com") ++wrong;
        }
        done += 2;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(done == 128);
}
