#include "plugin/store/connection.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include "plugin/store/bindings.hpp"
#include "plugin/store/engine.hpp"
#include "plugin/store/facts_reader.hpp"
#include "plugin/store/schema.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

// Runs SQL on a database that need not be a store, and makes it if it is not there.
void run_on(const std::string& path, const std::string& text) {
  const auto session = sqlite_engine.open(path, Durability::full, IfMissing::create);
  soci::statement statement(*session);
  statement.alloc();
  statement.prepare(text);
  statement.define_and_bind();
  statement.execute(true);
}

}  // namespace

TEST_CASE("a store is made once") {
  const TemporaryDirectory directory;
  const auto url = "sqlite:" + directory.file("a b=\xC3\xA9 c'd.db");
  CHECK(Connection::initialise(url));
  CHECK_FALSE(Connection::initialise(url));
  CHECK(std::filesystem::exists(directory.file("a b=\xC3\xA9 c'd.db")));
  auto connection = Connection::open(url);
  CHECK(Bindings(connection).list({}).empty());
}

TEST_CASE("many programs may make the store at once") {
  const TemporaryDirectory directory;
  const auto url = "sqlite:" + directory.file("clientid.db");
  std::atomic<int> made = 0;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      if (!error_of([&] { made += Connection::initialise(url) ? 1 : 0; }).empty()) ++failed;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(made == 1);
  CHECK(failed == 0);
}

TEST_CASE("the file is for its owner and group, whatever the umask") {
  const TemporaryDirectory directory;
  for (const mode_t mask : {mode_t{0}, mode_t{077}}) {
    const auto path = directory.file(std::to_string(mask));
    const auto before = ::umask(mask);
    Connection::initialise("sqlite:" + path);
    ::umask(before);
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0640);
  }
}

TEST_CASE("a missing store is not made by opening it") {
  const TemporaryDirectory directory;
  const auto url = "sqlite:" + directory.file("clientid.db");
  CHECK(error_of([&] { Connection::open(url); }) == "store " + url + ": does not exist; `clientidctl init` makes it");
  CHECK_FALSE(std::filesystem::exists(directory.file("clientid.db")));
  CHECK(error_of([] { Connection::open("sqlite::memory:"); }).find("does not exist") != std::string::npos);
}

TEST_CASE("its directory must exist") {
  const TemporaryDirectory directory;
  const auto error = error_of([&] { Connection::initialise("sqlite:" + directory.file("no/clientid.db")); });
  CHECK(error.ends_with("cannot be made: No such file or directory"));
}

TEST_CASE("a store must be a plain file of its own") {
  const TemporaryDirectory directory;
  const auto path = directory.file("clientid.db");
  const auto url = "sqlite:" + path;
  std::string cause;
  SUBCASE("a directory") {
    std::filesystem::create_directory(path);
    cause = "is not a plain file";
  }
  SUBCASE("a link") {
    Connection::initialise("sqlite:" + directory.file("real.db"));
    std::filesystem::create_symlink(directory.file("real.db"), path);
    cause = "is a symbolic link; name the file itself";
  }
  SUBCASE("writable by everybody") {
    Connection::initialise(url);
    REQUIRE(::chmod(path.c_str(), 0666) == 0);
    cause = "may be written by everybody; mend it with: chmod o-w " + path;
  }
  SUBCASE("not a database") {
    std::ofstream(path) << std::string(2000, 'x');
    cause = "file is not a database";
  }
  SUBCASE("the database of something else") {
    run_on(path, "CREATE TABLE alias (address TEXT)");
    cause = "is the database of something else";
  }
  CHECK(error_of([&] { Connection::open(url); }) == "store " + url + ": " + cause);
  CHECK(error_of([&] { Connection::initialise(url); }) == "store " + url + ": " + cause);
}

TEST_CASE("only URLs of a known engine are taken, and others are not repeated") {
  const auto error = error_of([] { Connection::open("postgresql://clientid:secret@host/mail"); });
  CHECK(error == "the store must be given as sqlite:PATH");
  CHECK_THROWS_AS(Connection::open("/var/lib/clientid.db"), StoreError);
  CHECK_THROWS_AS(Connection::open("sqlite:"), StoreError);
  const TemporaryDirectory directory;
  CHECK_THROWS_AS(Connection::initialise("sqlite:" + directory.file("\" synchronous=off")), StoreError);
}

TEST_CASE("an empty database becomes a store by an upgrade") {
  const TemporaryDirectory directory;
  const auto url = "sqlite:" + directory.file("clientid.db");
  std::ofstream(directory.file("clientid.db")).flush();
  CHECK(error_of([&] { Connection::open(url); }).find("is empty") != std::string::npos);
  CHECK(Connection::initialise(url));
  auto connection = Connection::open(url);
  CHECK(number(connection, "SELECT version FROM schema_version") == schema_version());
}

TEST_CASE("an upgrade that fails leaves nothing behind") {
  const TemporaryDirectory directory;
  const auto path = directory.file("clientid.db");
  run_on(path, "CREATE VIEW event AS SELECT 1");
  CHECK(error_of([&] { Connection::initialise("sqlite:" + path); }).find("event already exists") != std::string::npos);
  run_on(path, "DROP VIEW event");
  CHECK(Connection::initialise("sqlite:" + path));
}

TEST_CASE("the schema of another version") {
  const TemporaryStore store;
  auto connection = store.open();
  SUBCASE("newer") {
    execute(connection, "UPDATE schema_version SET version = 99");
    const auto expected = "store " + store.url() + ": has schema version 99, and this program knows none above " +
                          std::to_string(schema_version()) + "; use the newer program";
    CHECK(error_of([&] { store.open(); }) == expected);
    CHECK(error_of([&] { Connection::initialise(store.url()); }) == expected);
  }
  SUBCASE("none") {
    execute(connection, "DELETE FROM schema_version");
    CHECK(error_of([&] { store.open(); }).ends_with("has no schema version"));
  }
}

TEST_CASE("a connection is set up for its durability") {
  const TemporaryStore store;
  auto full = store.open(Durability::full);
  auto grouped = store.open(Durability::grouped);
  CHECK(number(full, "PRAGMA synchronous") == 2);
  CHECK(number(grouped, "PRAGMA synchronous") == 1);
  CHECK(number(full, "PRAGMA foreign_keys") == 1);
  CHECK(number(full, "PRAGMA busy_timeout") == 5000);
  CHECK(number(full, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'") == 1);
}

TEST_CASE("a store that goes away under its connection is noticed") {
  const TemporaryDirectory directory;
  const auto path = directory.file("clientid.db");
  Connection::initialise("sqlite:" + path);
  const auto connection = Connection::open("sqlite:" + path);
  CHECK(connection.still_there());
  std::filesystem::rename(path, path + ".old");
  CHECK_FALSE(connection.still_there());
  Connection::initialise("sqlite:" + path);
  CHECK_FALSE(connection.still_there());
}

TEST_CASE("a locked store is an error, and the connection works afterwards") {
  const TemporaryStore store;
  auto writer = store.open();
  auto other = store.open();
  execute(other, "PRAGMA busy_timeout = 20");
  {
    const Transaction held(writer);
    CHECK(error_of([&] { Bindings(other).insert(binding("alice@example.com", 1)); }) ==
          "store " + store.url() + ": database is locked");
    CHECK_THROWS_AS(Transaction{other}, StoreError);
  }
  CHECK(Bindings(other).insert(binding("alice@example.com", 1)));
}

TEST_CASE("readers do not wait for a writer") {
  const TemporaryStore store;
  auto writer = store.open();
  auto reader = store.open();
  execute(reader, "PRAGMA busy_timeout = 0");
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
  execute(connection, "CREATE TRIGGER no BEFORE INSERT ON binding BEGIN SELECT RAISE(ABORT, 'no room'); END");
  const auto error = error_of([&] { Bindings(connection).insert(binding("alice@example.com", 1)); });
  CHECK(error == "store " + store.url() + ": no room");
}
