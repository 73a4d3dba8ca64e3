// What is of SQLite alone: files.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "plugin/store/bindings.hpp"
#include "plugin/store/connection.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

TEST_SUITE_BEGIN("SQLite" * doctest::skip(on_postgresql()));

TEST_CASE("a path may hold what SOCI and SQLite could take for theirs") {
  const TemporaryDirectory directory;
  const auto path = directory.file("a b=\xC3\xA9 c'd.db");
  CHECK(Connection::initialise("sqlite:" + path));
  CHECK(std::filesystem::exists(path));
  CHECK_THROWS_AS(Connection::initialise("sqlite:" + directory.file("\" synchronous=off")), StoreError);
  CHECK_THROWS_AS(Connection::open("sqlite:"), StoreError);
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
  CHECK(error_of([&] { Connection::open(url); }) == "store " + url + ": " + cause);
  CHECK(error_of([&] { Connection::initialise(url); }) == "store " + url + ": " + cause);
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
  auto connection = Connection::open("sqlite:" + path);
  CHECK(connection.still_there());
  std::filesystem::rename(path, path + ".old");
  CHECK_FALSE(connection.still_there());
  Connection::initialise("sqlite:" + path);
  CHECK_FALSE(connection.still_there());
}

TEST_CASE("a single statement waits for the lock as well") {
  const TemporaryStore store;
  auto writer = store.open();
  auto other = store.open();
  execute(other, "PRAGMA busy_timeout = 20");
  {
    const Transaction held(writer);
    CHECK(error_of([&] { Bindings(other).insert(binding("alice@example.com", 1)); }) ==
          "store " + store.shown() + ": database is locked");
    CHECK_THROWS_AS(Transaction{other}, StoreError);
  }
  CHECK(Bindings(other).insert(binding("alice@example.com", 1)));
}

TEST_SUITE_END();
