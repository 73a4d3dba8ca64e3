#include "plugin/store/connection.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "plugin/store/bindings.hpp"
#include "plugin/store/facts_reader.hpp"
#include "plugin/store/schema.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

TEST_CASE("a store is made once") {
  const TemporaryDatabase database;
  CHECK(Connection::initialise(database.url()) == 0);
  CHECK_FALSE(Connection::initialise(database.url()));
  auto connection = Connection::open(database.url());
  CHECK(Bindings(connection).list({}).empty());
}

TEST_CASE("many programs may make the store at once") {
  const TemporaryDatabase database;
  std::atomic<int> made = 0;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      if (!error_of([&] { made += Connection::initialise(database.url()) ? 1 : 0; }).empty()) ++failed;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(made == 1);
  CHECK(failed == 0);
}

TEST_CASE("the database of something else is not touched") {
  const TemporaryDatabase database;
  SUBCASE("with tables of its own") {
    database.run("CREATE TABLE alias (address TEXT)");
  }
  SUBCASE("that counts the versions of its schema as we do") {
    database.run("CREATE TABLE schema_version (version BIGINT NOT NULL)");
  }
  const auto expected = "store " + database.shown() + ": is the database of something else";
  CHECK(error_of([&] { Connection::open(database.url()); }) == expected);
  CHECK(error_of([&] { Connection::initialise(database.url()); }) == expected);
}

TEST_CASE("only URLs of a known engine are taken, and others are not repeated") {
  const auto error = error_of([] { Connection::open("mysql://clientid:secret@host/mail"); });
  CHECK(error == "the store must be given as sqlite:PATH or postgresql://..., a URI of libpq");
  CHECK_THROWS_AS(Connection::open("/var/lib/clientid.db"), StoreError);
}

TEST_CASE("an empty database becomes a store by an upgrade") {
  const TemporaryDatabase database;
  database.run("SELECT 1");
  CHECK(error_of([&] { Connection::open(database.url()); }).find("is empty") != std::string::npos);
  CHECK(Connection::initialise(database.url()) == 0);
  auto connection = Connection::open(database.url());
  CHECK(number(connection, "SELECT version FROM schema_version") == schema_version());
}

TEST_CASE("an upgrade that fails leaves nothing behind") {
  const TemporaryDatabase database;
  database.run(on_postgresql() ? "CREATE TYPE event AS (number integer)" : "CREATE VIEW event AS SELECT 1");
  CHECK(error_of([&] { Connection::initialise(database.url()); }).find("already exists") != std::string::npos);
  database.run(on_postgresql() ? "DROP TYPE event" : "DROP VIEW event");
  CHECK(Connection::initialise(database.url()) == 0);
}

TEST_CASE("the schema of another version") {
  const TemporaryStore store;
  auto connection = store.open();
  SUBCASE("newer") {
    execute(connection, "UPDATE schema_version SET version = 99");
    const auto expected = "store " + store.shown() + ": has schema version 99, and this program knows none above " +
                          std::to_string(schema_version()) + "; use the newer program";
    CHECK(error_of([&] { store.open(); }) == expected);
    CHECK(error_of([&] { Connection::initialise(store.url()); }) == expected);
  }
  SUBCASE("none") {
    execute(connection, "DELETE FROM schema_version");
    CHECK(error_of([&] { store.open(); }).ends_with("has no schema version"));
  }
}

TEST_CASE("a store that goes away under its connection is an error, and one that comes back can be opened") {
  const TemporaryStore store;
  store.take_away();
  CHECK_THROWS_AS(store.open(), StoreError);
  store.bring_back();
  auto connection = store.open();
  CHECK(connection.still_there());
}

TEST_CASE("a locked store is an error, and the connection works afterwards") {
  const TemporaryStore store;
  auto writer = store.open();
  auto other = store.open();
  wait_for_lock(other, 20);
  {
    const Transaction held(writer);
    CHECK(error_of([&] { const Transaction transaction(other); }).find("is locked") != std::string::npos);
    CHECK_THROWS_AS(Bindings(other).enrol(binding("alice@example.com", 1), 5), StoreError);
    CHECK(Bindings(other).list({}).empty());
  }
  CHECK(Bindings(other).enrol(binding("alice@example.com", 1), 5) == Enrolment::done);
}

TEST_CASE("what was read in a transaction still holds when it writes, whoever else does the same") {
  const TemporaryStore store;
  auto first = store.open();
  execute(first, "INSERT INTO counter (name, slice, attempts, failures) VALUES ('of test', 0, 0, 0)");
  constexpr int threads_count = 4;
  constexpr int turns = 25;
  std::vector<std::thread> threads;
  for (int i = 0; i < threads_count; ++i) {
    threads.emplace_back([&] {
      auto connection = store.open();
      for (int turn = 0; turn < turns; ++turn) {
        Transaction transaction(connection);
        const auto next = number(connection, "SELECT attempts FROM counter") + 1;
        execute(connection, "UPDATE counter SET attempts = " + std::to_string(next));
        transaction.commit();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(number(first, "SELECT attempts FROM counter") == threads_count * turns);
}

TEST_CASE("readers do not wait for a writer") {
  const TemporaryStore store;
  auto writer = store.open();
  auto reader = store.open();
  wait_for_lock(reader, 1);
  Transaction held(writer);
  Bindings(writer).insert(binding("alice@example.com", 1));
  CHECK(Bindings(reader).list({}).empty());
  CHECK_FALSE(
      FactsReader(reader)
          .read({.service = "smtp", .account = "alice@example.com", .device = device(1), .peer = {}, .at = at(0)},
                nullptr)
          .binding);
  held.commit();
  CHECK(Bindings(reader).list({}).size() == 1);
}

TEST_CASE("a snapshot is of one moment") {
  const TemporaryStore store;
  auto writer = store.open();
  auto reader = store.open();
  Bindings(writer).insert(binding("alice@example.com", 1));
  {
    const Transaction snapshot(reader, Transaction::Kind::snapshot);
    CHECK(Bindings(reader).list({}).size() == 1);
    Bindings(writer).insert(binding("alice@example.com", 2));
    CHECK(Bindings(reader).list({}).size() == 1);
  }
  CHECK(Bindings(reader).list({}).size() == 2);
}

TEST_CASE("what is not committed is undone") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  {
    const Transaction transaction(connection);
    bindings.insert(binding("alice@example.com", 1));
  }
  CHECK(bindings.list({}).empty());
}

TEST_CASE("a transaction inside another is part of it") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  SUBCASE("undone with it") {
    const Transaction outer(connection);
    CHECK(bindings.enrol(binding("alice@example.com", 1), 5) == Enrolment::done);
  }
  SUBCASE("undone alone") {
    Transaction outer(connection);
    bindings.insert(binding("alice@example.com", 2));
    {
      const Transaction inner(connection);
      bindings.insert(binding("alice@example.com", 1));
    }
    bindings.insert(binding("alice@example.com", 3));
    outer.commit();
    CHECK(bindings.list({}).size() == 2);
  }
  CHECK_FALSE(bindings.find("alice@example.com", device(1), at(0)));
  CHECK(bindings.enrol(binding("alice@example.com", 1), 5) == Enrolment::done);
}

TEST_CASE("errors hold no bound value") {
  const TemporaryStore store;
  auto connection = store.open();
  const auto insert = [&] { Bindings(connection).insert(binding("alice@example.com", 1)); };
  refuse_rows(connection, "binding");
  CHECK(error_of(insert) == "store " + store.shown() + ": no room");
  take_rows(connection, "binding");
  execute(connection, "CREATE UNIQUE INDEX of_test ON binding (account)");
  insert();
  const auto error = error_of([&] { Bindings(connection).insert(binding("alice@example.com", 2)); });
  CHECK(error.find("constraint") != std::string::npos);
  CHECK(error.find("alice") == std::string::npos);
}

TEST_CASE("text is compared octet by octet, and none is the same as another") {
  const TemporaryStore store;
  auto connection = store.open();
  Bindings bindings(connection);
  const std::vector<std::string> names = {"", " ", "!", "Z", "_", "a", "a ", "aZ", "a_", "aa", "b", "\xc3\xa4"};
  for (auto name = names.rbegin(); name != names.rend(); ++name) bindings.insert(binding(*name, 1));
  std::vector<std::string> listed;
  for (const auto& each : bindings.list({})) listed.push_back(each.account);
  CHECK(listed == names);
  CHECK(number(connection, "SELECT count(*) FROM binding WHERE account >= 'a' AND account < 'b'") == 5);
}

TEST_CASE("text may be of any octets") {
  const TemporaryStore store;
  auto connection = store.open();
  for (const auto& name : {std::string("\xff\xfe"), std::string("\xc3"), std::string("\xf4\x8f\xbf\xbf")}) {
    Bindings(connection).insert(binding(name, 1));
    CHECK(Bindings(connection).list({.account = name}).at(0).account == name);
  }
  CHECK(Bindings(connection).list({}).size() == 3);
}
