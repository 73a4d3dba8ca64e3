#include "shim/auth/recorder.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <new>
#include <thread>
#include <vector>

#include "plugin/store/settings_table.hpp"
#include "shim/ops/metrics.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;
using namespace std::chrono_literals;

namespace {

OpenSession session() {
  return {.holder = {},
          .number = 0,
          .type = "uuid",
          .fingerprint = fingerprint(1).hex(),
          .account = "alice@example.com",
          .peer = {},
          .network = {},
          .opened = now()};
}

// Waits until the store holds so many rows; says how many there are at the end.
long long rows(const std::string& url, const std::string& table, long long expected) {
  auto connection = Connection::open(url);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  long long count = 0;
  do {
    std::this_thread::sleep_for(1ms);
    count = number(connection, "SELECT count(*) FROM " + table);
  } while (count != expected && std::chrono::steady_clock::now() < deadline);
  return count;
}

Entry attempt(const std::string& account = "alice@example.com") {
  Entry entry;
  entry.event.at = now();
  entry.event.account = account;
  return entry;
}

std::uint64_t transactions() {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i <= Histogram::bounds.size(); ++i) all += metrics.ledger_write.in_bucket(i);
  return all;
}

// Waits for a write that fails from now on.
void wait_for_failure() {
  const auto before = metrics.ledger_failures.value();
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (metrics.ledger_failures.value() == before && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace

TEST_CASE("U6.2.3 a session is in the store while it is open, and none is when the process ends") {
  const TemporaryStore store;
  {
    Recorder recorder(store.url(), [](const Alert&) {});
    recorder.start();
    auto first = recorder.open_session(session());
    const auto second = recorder.open_session(session());
    CHECK(rows(store.url(), "session", 2) == 2);
    first.reset();
    CHECK(rows(store.url(), "session", 1) == 1);
  }
  CHECK(rows(store.url(), "session", 0) == 0);
}

TEST_CASE("U6.2.3 sessions that end while the store does not answer do not stay open for good, however many") {
  const TemporaryStore store;
  Recorder recorder(store.url(), [](const Alert&) {});
  recorder.start();
  std::vector<std::unique_ptr<Recorder::Session>> open;
  const long long many = Recorder::max_waiting + 10;
  for (long long i = 0; i < many; ++i) open.push_back(recorder.open_session(session()));
  CHECK(rows(store.url(), "session", many) == many);
  store.take_away();
  open.clear();
  // Those that come and go meanwhile need no place in it.
  for (long long i = 0; i < many; ++i) recorder.open_session(session());
  const auto stays = recorder.open_session(session());
  recorder.record(attempt(), {});
  store.bring_back();
  CHECK(rows(store.url(), "event", 1) == 1);
  CHECK(rows(store.url(), "session", 1) == 1);
}

TEST_CASE("U6.2.3 a session ends whose opening was written, though the answer said otherwise") {
  const TemporaryStore store;
  auto connection = store.open();
  Recorder recorder(store.url(), [](const Alert&) {});
  recorder.start();
  const auto stays = recorder.open_session(session());
  CHECK(rows(store.url(), "session", 1) == 1);
  refuse_rows(connection, "event");
  recorder.record(attempt(), {});
  auto ends = recorder.open_session(session());
  wait_for_failure();
  wait_for_failure();
  execute(connection,
          "INSERT INTO session (holder, number, type, fingerprint, account, peer, network, opened, lease)"
          " SELECT holder, 2, type, fingerprint, account, peer, network, opened, lease FROM session");
  ends.reset();
  take_rows(connection, "event");
  CHECK(rows(store.url(), "event", 1) == 1);
  CHECK(rows(store.url(), "session", 1) == 1);
}

TEST_CASE(
    "threats: floods - while the store does not answer, so many attempts wait, and of more the oldest are given up") {
  const TemporaryStore store;
  store.take_away();
  Recorder recorder(store.url(), [](const Alert&) {});
  recorder.start();
  for (std::size_t i = 0; i < 3 * Recorder::max_waiting; ++i) recorder.record(attempt(), {});
  recorder.record(attempt("last"), {});
  store.bring_back();
  CHECK(rows(store.url(), "event WHERE account = 'last'", 1) == 1);
  // Those that wait, and those that were about to be written.
  auto connection = Connection::open(store.url());
  CHECK(number(connection, "SELECT count(*) FROM event") <= 2 * static_cast<long long>(Recorder::max_waiting));
}

TEST_CASE("what has queued up does not hold the lock of all hosts for long, and is all written, also at the end") {
  const TemporaryStore store;
  constexpr std::size_t many = 1'000;
  const auto before = transactions();
  {
    Recorder recorder(store.url(), [](const Alert&) {});
    const auto open = recorder.open_session(session());
    for (std::size_t i = 0; i < many; ++i) recorder.record(attempt(std::to_string(i)), {});
    recorder.start();
    SUBCASE("while it works") {
      CHECK(rows(store.url(), "event", many) == many);
    }
    SUBCASE("when it ends") {}
  }
  CHECK(transactions() - before > many / 300);
  auto connection = Connection::open(store.url());
  CHECK(number(connection, "SELECT count(*) FROM event") == many);
  CHECK(number(connection, "SELECT count(*) FROM event WHERE account <> CAST(id - 1 AS TEXT)") == 0);
}

TEST_CASE("an entry that the store never takes is given up alone") {
  const TemporaryStore store;
  auto connection = store.open();
  refuse_rows(connection, "event", "NEW.account IN ('first', 'amid', 'last')");
  const auto before = metrics.ledger_lost.value();
  Recorder recorder(store.url(), [](const Alert&) {});
  const auto open = recorder.open_session(session());
  std::vector<std::string> accounts(20, "alice@example.com");
  accounts.front() = "first";
  accounts[10] = "amid";
  accounts.back() = "last";
  for (const auto& account : accounts) recorder.record(attempt(account), {});
  recorder.start();
  CHECK(rows(store.url(), "event", 17) == 17);
  recorder.record(attempt("behind"), {});
  CHECK(rows(store.url(), "event WHERE account = 'behind'", 1) == 1);
  CHECK(rows(store.url(), "event", 18) == 18);
  CHECK(rows(store.url(), "session", 1) == 1);
  CHECK(metrics.ledger_lost.value() - before == 3);
}

TEST_CASE("an entry waits while the store takes none at all") {
  const TemporaryStore store;
  auto connection = store.open();
  const auto before = metrics.ledger_lost.value();
  refuse_rows(connection, "event");
  Recorder recorder(store.url(), [](const Alert&) {});
  recorder.start();
  recorder.record(attempt(), {});
  wait_for_failure();
  wait_for_failure();
  take_rows(connection, "event");
  CHECK(rows(store.url(), "event", 1) == 1);
  CHECK(metrics.ledger_lost.value() == before);
}

TEST_CASE("an alert that cannot be raised does not end the thread that writes") {
  const TemporaryStore store;
  auto connection = Connection::open(store.url());
  SettingsTable(connection).save("", {.detect_account = Rate{1, std::chrono::hours(1)}});
  Recorder recorder(store.url(), [](const Alert&) { throw std::bad_alloc(); });
  recorder.start();
  auto guess = attempt();
  guess.event.outcome = Outcome::failed;
  guess.event.fingerprint = fingerprint(1).hex();
  guess.suspicious = true;
  recorder.record(guess, {});
  CHECK(rows(store.url(), "restriction", 1) == 1);
  recorder.record(attempt(), {});
  CHECK(rows(store.url(), "event WHERE outcome <> 'changed'", 2) == 2);
}
