// What was read from end to end where an index should have been used, whichever code and statement it was.
#pragma once

#include <soci/sqlite3/soci-sqlite3.h>

#include <chrono>
#include <map>
#include <string>
#include <thread>

#include "tests/unit/temporary_store.hpp"

namespace clientid {

// Rows that were read so, by statement of SQLite, or by table of PostgreSQL.
using FullScans = std::map<std::string, long long>;

namespace full_scans_of {

inline int count_steps(unsigned /*event*/, void* scans, void* statement, void* /*time*/) {
  auto* done = static_cast<sqlite_api::sqlite3_stmt*>(statement);
  const auto rows = sqlite_api::sqlite3_stmt_status(done, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
  if (rows > 0) (*static_cast<FullScans*>(scans))[sqlite_api::sqlite3_sql(done)] += rows;
  return 0;
}

// SOCI keeps the type of its session to itself, which the check of types would ask for.
__attribute__((no_sanitize("vptr"))) inline auto* engine_of(Connection& connection) {
  return static_cast<soci::sqlite3_session_backend*>(connection.sql().get_backend())->conn_;
}

template <typename Use>
FullScans sqlite(const TemporaryStore& store, Use use) {
  FullScans scans;
  auto connection = store.open();
  auto* engine = engine_of(connection);
  sqlite_api::sqlite3_trace_v2(engine, SQLITE_TRACE_PROFILE, count_steps, &scans);
  use(connection);
  sqlite_api::sqlite3_trace_v2(engine, 0, nullptr, nullptr);
  return scans;
}

inline FullScans counted_by_server(Connection& connection) {
  FullScans scans;
  std::string table;
  long long rows = 0;
  Statement(connection,
            "SELECT relname, coalesce(seq_tup_read, 0) FROM pg_stat_user_tables WHERE schemaname = current_schema()")
      .into(table, rows)
      .for_each_row([&] { scans[table] = rows; });
  return scans;
}

// A server process tells what it has counted before it is gone.
template <typename Use>
FullScans postgresql(const TemporaryStore& store, Use use) {
  auto observer = store.open();
  const auto before = counted_by_server(observer);
  long long process = 0;
  {
    auto connection = store.open();
    process = number(connection, "SELECT pg_backend_pid()");
    use(connection);
  }
  const auto there = "SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(process);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (number(observer, there) > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  REQUIRE(number(observer, there) == 0);
  auto scans = counted_by_server(observer);
  for (auto& [table, rows] : scans) rows -= before.at(table);
  return scans;
}

}  // namespace full_scans_of

// While `use` works on a connection of its own.
template <typename Use>
FullScans full_scans(const TemporaryStore& store, Use use) {
  return on_postgresql() ? full_scans_of::postgresql(store, use) : full_scans_of::sqlite(store, use);
}

}  // namespace clientid
