#include "shim/auth/conclusion.hpp"

#include <doctest/doctest.h>

#include "plugin/policy/account.hpp"
#include "plugin/store/ledger.hpp"
#include "shim/auth/attempt_record.hpp"
#include "tests/unit/keys.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

struct Site {
  Judgement judge(const std::string& name) {
    return judge_given_name(judge_, store_, {.service = "smtp", .account = name, .device = device(1), .at = at(0)});
  }

  TemporaryStore store;

 private:
  JudgeStore store_{store.url()};
  Judge judge_{{.default_realm = "example.com"}, std::make_shared<const CurrentKeys>(keys("1")), nullptr};
};

}  // namespace

TEST_CASE_FIXTURE(Site, "a name that was given is judged as the account that it stands for") {
  const auto judgement = judge("Alice");
  CHECK(judgement.attempt.account == "alice@example.com");
  CHECK(judgement.verdict.reason != Reason::bad_account);
  CHECK(judgement.facts);
}

TEST_CASE_FIXTURE(Site, "threats: floods - a stranger puts no kilobytes into the history by the name that he gives") {
  for (const std::size_t size : {max_account, max_account + 1, std::size_t{9000}}) {
    CAPTURE(size);
    // What an engine cannot keep as text takes most room in it.
    const auto judgement = judge(std::string(size, '\xff'));
    CHECK(judgement.verdict.reason == Reason::bad_account);
    CHECK(judgement.attempt.account == std::string(max_account, '\xff'));
    const AttemptContext context{.service = "smtp", .peer = "192.0.2.7", .mechanism = "PLAIN", .password = {}};
    auto connection = store.open();
    Ledger ledger(connection, "holder");
    ledger.write(
        {.entries = {entry_of(context, Outcome::refused, judgement, false, at(0))}, .opened = {}, .closed = {}}, at(0));
  }
}
