// What is of PostgreSQL alone: a server, and time.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <random>
#include <thread>

#include "plugin/store/bindings.hpp"
#include "plugin/store/connection.hpp"
#include "shim/auth/recorder.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;
using namespace std::chrono_literals;

namespace {

// The store's URL with one more parameter of the session.
std::string with_option(const TemporaryStore& store, const std::string& option) {
  return store.url() + "%20-c" + option;
}

bool is_set(Connection& connection, const std::string& name, const std::string& value) {
  return number(connection,
                "SELECT count(*) FROM pg_settings WHERE name = '" + name + "' AND setting = '" + value + "'") == 1;
}

std::string process_of(Connection& connection) {
  return std::to_string(number(connection, "SELECT pg_backend_pid()"));
}

}  // namespace

TEST_SUITE_BEGIN("PostgreSQL" * doctest::skip(!on_postgresql()));

TEST_CASE("a connection is set up for its durability, and to end every wait") {
  const TemporaryStore store;
  auto full = store.open(Durability::full);
  auto grouped = store.open(Durability::grouped);
  CHECK(is_set(full, "synchronous_commit", "on"));
  CHECK(is_set(grouped, "synchronous_commit", "off"));
  for (auto* connection : {&full, &grouped}) {
    CHECK(is_set(*connection, "statement_timeout", "8000"));
    CHECK(is_set(*connection, "lock_timeout", "5000"));
    CHECK(is_set(*connection, "idle_in_transaction_session_timeout", "60000"));
  }
}

TEST_CASE("what the URI says of the session counts") {
  const TemporaryStore store;
  auto connection = Connection::open(with_option(store, "lock_timeout%3D1s") + "%20-cstatement_timeout%3D2s");
  CHECK(is_set(connection, "lock_timeout", "1000"));
  CHECK(is_set(connection, "statement_timeout", "2000"));
  CHECK(is_set(connection, "idle_in_transaction_session_timeout", "60000"));
}

TEST_CASE("a server that does not answer is given up") {
  const TemporaryStore store;
  auto connection = Connection::open(with_option(store, "statement_timeout%3D100ms"));
  SUBCASE("because it says so itself") {
    CHECK(error_of([&] { execute(connection, "SELECT pg_sleep(60)"); }).ends_with("due to statement timeout"));
    CHECK(number(connection, "SELECT 1") == 1);
  }
  SUBCASE("because it says nothing") {
    execute(connection, "SET statement_timeout = 0");
    const auto begun = std::chrono::steady_clock::now();
    CHECK(error_of([&] { execute(connection, "SELECT pg_sleep(60)"); }).ends_with(": does not answer"));
    CHECK(std::chrono::steady_clock::now() - begun < 30s);
    CHECK_FALSE(connection.still_there());
    CHECK_THROWS_AS(number(connection, "SELECT 1"), StoreError);
  }
}

TEST_CASE("a session that the server has ended is noticed") {
  const TemporaryStore store;
  auto connection = store.open();
  auto other = store.open();
  CHECK(connection.still_there());
  const auto process = process_of(connection);
  execute(other, "SELECT pg_terminate_backend(" + process + ")");
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (connection.still_there() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
  CHECK_FALSE(connection.still_there());
  CHECK(other.still_there());
}

TEST_CASE("a transaction in which a statement failed is not committed in silence") {
  const TemporaryStore store;
  auto connection = store.open();
  {
    Transaction transaction(connection);
    Bindings(connection).insert(binding("alice@example.com", 1));
    CHECK_THROWS_AS(execute(connection, "SELECT 1 / 0"), StoreError);
    CHECK_THROWS_AS(transaction.commit(), StoreError);
  }
  CHECK(Bindings(connection).list({}).empty());
}

TEST_CASE("an entry that no index takes is given up alone") {
  const TemporaryStore store;
  auto connection = store.open();
  // What it makes cannot be compressed.
  std::mt19937 random;  // NOLINT(cert-msc32-c,cert-msc51-cpp): always the same
  Entry entry;
  entry.event.at = at(0);
  std::generate_n(std::back_inserter(entry.event.account), 20'000,
                  [&] { return static_cast<char>('!' + random() % 90); });
  {
    Recorder recorder(store.url(), [](const Alert&) {});
    recorder.record(entry, {});
    entry.event.account = "alice@example.com";
    recorder.record(entry, {});
    recorder.start();
  }
  CHECK(number(connection, "SELECT count(*) FROM event") == 1);
}

TEST_CASE("errors do not repeat values that the server does not take") {
  const TemporaryStore store;
  auto connection = store.open();
  const std::string name = "alice@example.com";
  long long count = 0;
  const auto error = error_of([&] {
    Statement(connection, "SELECT count(*) FROM binding WHERE id = CAST(CAST(:name AS TEXT) AS BIGINT) OR id = 1")
        .use(name)
        .into(count)
        .execute();
    execute(connection, "SELECT CAST('" + name + "' AS BIGINT)");
  });
  CHECK(error == "store " + store.shown() + ": does not take a value (SQLSTATE 22P02)");
}

TEST_CASE("a password stands in no error, however wrong the URI is") {
  std::string uri;
  std::string shown = "postgresql:...";
  SUBCASE("nobody listens") {
    uri = "postgresql://eve:hunter2@127.0.0.1:1/x";
    shown = "postgresql://eve@127.0.0.1:1/x";
  }
  SUBCASE("in the query") {
    uri = "postgresql://eve@127.0.0.1:1/x?password=hunter2";
    shown = "postgresql://eve@127.0.0.1:1/x";
  }
  SUBCASE("with what libpq takes for a host") {
    uri = "postgresql://eve:hunter2/hunter2@127.0.0.1/x";
  }
  SUBCASE("with what libpq takes for a port") {
    uri = "postgresql://eve:hunter2/x@127.0.0.1";
  }
  SUBCASE("with @") {
    uri = "postgresql://eve:p@hunter2@127.0.0.1/x";
  }
  SUBCASE("with ?") {
    uri = "postgresql://eve:p?hunter2@127.0.0.1/x";
  }
  SUBCASE("with a blank") {
    uri = "postgresql://eve:p hunter2@127.0.0.1/x";
  }
  SUBCASE("with %") {
    uri = "postgresql://eve:hunter2%zz@127.0.0.1/x";
    shown = "postgresql://eve@127.0.0.1/x";
  }
  SUBCASE("of an unknown parameter") {
    uri = "postgresql://127.0.0.1/x?pasword=hunter2&hunter2";
    shown = "postgresql://127.0.0.1/x";
  }
  SUBCASE("with @ in the query") {
    uri = "postgresql://127.0.0.1/x?password=p@hunter2";
  }
  SUBCASE("of one slash") {
    uri = "postgresql:/eve:hunter2@127.0.0.1/x";
  }
  for (const auto& error : {error_of([&] { Connection::open(uri); }), error_of([&] { Connection::initialise(uri); })}) {
    CHECK(error.starts_with("store " + shown + ": "));
    CHECK(error.find("hunter") == std::string::npos);
    CHECK(error.find('\n') == std::string::npos);
  }
}

TEST_CASE("two stores of one database do not wait for each other") {
  const TemporaryStore store;
  const TemporaryStore other;
  auto connection = store.open();
  auto of_other = other.open();
  wait_for_lock(of_other, 20);
  const Transaction held(connection);
  const Transaction beside(of_other);
}

TEST_SUITE_END();
