// A store of its own for a test, and things to put into it. It is a file of SQLite; where the environment has
// CLIENTID_TEST_POSTGRESQL, the URI of a database, it is a schema in there.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "plugin/policy/decide.hpp"
#include "plugin/store/connection.hpp"
#include "plugin/store/engine.hpp"
#include "plugin/store/statement.hpp"
#include "plugin/store/store_url.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace clientid {

inline const char* postgresql_uri() {
  return std::getenv("CLIENTID_TEST_POSTGRESQL");
}

inline bool on_postgresql() {
  return postgresql_uri() != nullptr;
}

// Runs SQL in a database that need not be a store. Of SQLite, it is made if it is not there.
inline void run_sql(const std::string& url, const std::string& text) {
  const auto& engine = engine_of(url);
  const auto session = engine.open(url.substr(engine.scheme.size()), Durability::full, IfMissing::create);
  soci::statement statement(*session);
  statement.alloc();
  statement.prepare(text, soci::details::st_one_time_query);
  statement.define_and_bind();
  statement.execute(true);
}

// With nothing in it. It can be taken away and brought back.
class TemporaryDatabase {
 public:
  TemporaryDatabase() {
    if (on_postgresql()) run_sql(postgresql_uri(), "CREATE SCHEMA " + schema_);
  }
  TemporaryDatabase(const TemporaryDatabase&) = delete;
  TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;
  ~TemporaryDatabase() {
    if (on_postgresql()) run_sql(postgresql_uri(), "DROP SCHEMA " + schema_ + " CASCADE");
  }

  std::string url() const {
    if (!on_postgresql()) return "sqlite:" + path_;
    const std::string uri = postgresql_uri();
    return uri + (uri.find('?') == std::string::npos ? "?" : "&") + "options=-csearch_path%3D" + schema_;
  }

  // As errors name it.
  std::string shown() const { return shown_store(url()); }

  void run(const std::string& text) const { run_sql(url(), text); }

  void take_away() const { rename(schema_, schema_ + "_away", path_, path_ + ".away"); }
  void bring_back() const { rename(schema_ + "_away", schema_, path_ + ".away", path_); }

 private:
  static std::string new_schema() {
    static int number = 0;
    return "test_" + std::to_string(::getpid()) + "_" + std::to_string(++number);
  }

  static void rename(const std::string& schema, const std::string& new_schema, const std::string& path,
                     const std::string& new_path) {
    if (on_postgresql()) {
      run_sql(postgresql_uri(), "ALTER SCHEMA " + schema + " RENAME TO " + new_schema);
    } else {
      std::filesystem::rename(path, new_path);
    }
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.file("clientid.db");
  std::string schema_ = new_schema();
};

class TemporaryStore : public TemporaryDatabase {
 public:
  TemporaryStore() { Connection::initialise(url()); }

  Connection open(Durability durability = Durability::grouped) const { return Connection::open(url(), durability); }
};

// From now on the table takes no row, or none of which the condition is true: the error is "no room".
inline void refuse_rows(Connection& connection, const std::string& table, const std::string& condition = "1 = 1") {
  if (on_postgresql()) {
    execute(connection,
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no room''; END';"
            " CREATE TRIGGER refuse BEFORE INSERT ON " +
                table + " FOR EACH ROW WHEN (" + condition + ") EXECUTE FUNCTION refuse()");
  } else {
    execute(connection, "CREATE TRIGGER refuse BEFORE INSERT ON " + table + " WHEN " + condition +
                            " BEGIN SELECT RAISE(ABORT, 'no room'); END");
  }
}

inline void take_rows(Connection& connection, const std::string& table) {
  execute(connection, on_postgresql() ? "DROP TRIGGER refuse ON " + table + "; DROP FUNCTION refuse()"
                                      : std::string("DROP TRIGGER refuse"));
}

// The next row gets the number behind this one.
inline void set_last_id(Connection& connection, const std::string& table, long long id) {
  const auto number = std::to_string(id);
  execute(connection, on_postgresql() ? "SELECT setval(pg_get_serial_sequence('" + table + "', 'id'), " + number + ")"
                                      : "UPDATE sqlite_sequence SET seq = " + number + " WHERE name = '" + table + "'");
}

// It waits for a lock no longer than so many milliseconds.
inline void wait_for_lock(Connection& connection, int milliseconds) {
  execute(connection,
          (on_postgresql() ? "SET lock_timeout = " : "PRAGMA busy_timeout = ") + std::to_string(milliseconds));
}

// Whatever SQL and SOCI could take for theirs.
inline const std::string hostile = "'; DROP TABLE binding; -- \"x\" `y` \\ %_ :account ?1 $1 \xC3\xA9\xE2\x82\xAC\n\t";

inline Time at(long long seconds) {
  return from_seconds(1'700'000'000 + seconds);
}

inline Fingerprint fingerprint(unsigned number) {
  std::array<std::uint8_t, Fingerprint::size> octets{};
  octets[0] = static_cast<std::uint8_t>(number >> 8U);
  octets[1] = static_cast<std::uint8_t>(number);
  octets.back() = 0xab;
  return Fingerprint(octets);
}

inline Device device(unsigned number) {
  return {.type = "uuid", .fingerprint = fingerprint(number)};
}

inline Binding binding(const std::string& account, unsigned number, BindingState state = BindingState::active) {
  return {.account = account,
          .type = "uuid",
          .fingerprint = fingerprint(number),
          .key_id = "1",
          .state = state,
          .label = "phone",
          .created = at(0),
          .created_by = "learned",
          .expires = {},
          .suspended_until = {},
          .last_seen = {},
          .last_peer = {}};
}

inline long long number(Connection& connection, const std::string& query) {
  long long answer = -1;
  Statement(connection, query).into(answer).for_each_row([] {});
  return answer;
}

// What StoreError says; empty if `function` throws none.
template <typename Function>
std::string error_of(Function function) {
  try {
    function();
  } catch (const StoreError& error) {
    return error.what();
  }
  return {};
}

}  // namespace clientid
