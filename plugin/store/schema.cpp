#include "plugin/store/schema.hpp"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/replace.hpp>
#include <string>
#include <vector>

#include "plugin/store/engine.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {
namespace {

using Step = std::vector<std::string> (*)(const Engine& engine);

std::vector<std::string> bindings_settings_history(const Engine& engine) {
  const std::string id = "id " + std::string(engine.id_column);
  return {
      "CREATE TABLE binding (" + id +
          ", account TEXT NOT NULL, type TEXT NOT NULL, fingerprint TEXT NOT NULL, key_id TEXT NOT NULL,"
          " state TEXT NOT NULL, label TEXT NOT NULL, created BIGINT NOT NULL, created_by TEXT NOT NULL,"
          " expires BIGINT, suspended_until BIGINT, last_seen BIGINT, last_peer TEXT NOT NULL, uses BIGINT NOT NULL)",
      "CREATE UNIQUE INDEX binding_device ON binding (account, type, fingerprint)",

      "CREATE TABLE account (scope TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (scope, name))",
      "CREATE TABLE setting (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",

      "CREATE TABLE event (" + id +
          ", at BIGINT NOT NULL, outcome TEXT NOT NULL, account TEXT NOT NULL, type TEXT NOT NULL,"
          " fingerprint TEXT NOT NULL, peer TEXT NOT NULL, service TEXT NOT NULL, verdict TEXT NOT NULL,"
          " reason TEXT NOT NULL, detail TEXT NOT NULL)",
      "CREATE INDEX event_account ON event (account, id)",
      "CREATE INDEX event_fingerprint ON event (fingerprint, id)",
  };
}

std::vector<std::string> restrictions_counters_sessions(const Engine& engine) {
  const std::string id = "id " + std::string(engine.id_column);
  return {
      "CREATE TABLE type (type TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (type, name))",

      "CREATE TABLE restriction (" + id +
          ", kind TEXT NOT NULL, subject TEXT NOT NULL, effect TEXT NOT NULL, until BIGINT, cause TEXT NOT NULL,"
          " created BIGINT NOT NULL, created_by TEXT NOT NULL, first_address TEXT NOT NULL,"
          " last_address TEXT NOT NULL)",
      "CREATE UNIQUE INDEX restriction_subject ON restriction (kind, subject, effect)",
      "CREATE INDEX restriction_address ON restriction (last_address, first_address)",

      ("CREATE TABLE counter (name TEXT NOT NULL, slice BIGINT NOT NULL, attempts BIGINT NOT NULL,"
       " failures BIGINT NOT NULL, PRIMARY KEY (name, slice))"),
      "CREATE INDEX counter_slice ON counter (slice)",

      ("CREATE TABLE session (holder TEXT NOT NULL, number BIGINT NOT NULL, type TEXT NOT NULL,"
       " fingerprint TEXT NOT NULL, account TEXT NOT NULL, peer TEXT NOT NULL, network TEXT NOT NULL,"
       " opened BIGINT NOT NULL, lease BIGINT NOT NULL, PRIMARY KEY (holder, number))"),
      "CREATE INDEX session_device ON session (fingerprint)",

      "CREATE INDEX binding_fingerprint ON binding (fingerprint)",
      "ALTER TABLE event ADD COLUMN network TEXT NOT NULL DEFAULT ''",
      "CREATE INDEX event_network ON event (network, id)",
  };
}

std::vector<std::string> history_by_time(const Engine& /*engine*/) {
  return {"CREATE INDEX event_at ON event (at)"};
}

// Until then there was one key, so that blocks were made under the one that bindings were.
std::vector<std::string> several_keys(const Engine& /*engine*/) {
  return {
      "ALTER TABLE restriction ADD COLUMN key_id TEXT NOT NULL DEFAULT ''",
      ("UPDATE restriction SET key_id = coalesce((SELECT max(key_id) FROM binding), '') WHERE kind = 'device'"),

      ("CREATE TABLE moved_device (former TEXT NOT NULL PRIMARY KEY, former_key TEXT NOT NULL,"
       " fingerprint TEXT NOT NULL, key_id TEXT NOT NULL, at BIGINT NOT NULL)"),
      "CREATE INDEX moved_device_fingerprint ON moved_device (fingerprint)",
  };
}

// There in every version. A schema_version alone may be that of somebody else.
constexpr std::array own_tables = {"binding", "account", "setting", "event"};

// Version N is reached from N - 1 by steps[N - 1]. What has been released is never changed.
constexpr std::array<Step, 4> steps = {bindings_settings_history, restrictions_counters_sessions, history_by_time,
                                       several_keys};
constexpr long long known_version = steps.size();

std::vector<std::string> table_names(Connection& connection) {
  std::vector<std::string> names;
  std::string name;
  Statement statement(connection, std::string(connection.engine().table_names));
  statement.into(name).for_each_row([&] { names.push_back(name); });
  return names;
}

// 0: an empty database.
long long version_of(Connection& connection) {
  const auto tables = table_names(connection);
  if (tables.empty()) return 0;
  const auto is_there = [&](const char* name) { return std::find(tables.begin(), tables.end(), name) != tables.end(); };
  if (!is_there("schema_version") || std::none_of(own_tables.begin(), own_tables.end(), is_there)) {
    throw connection.error("is the database of something else");
  }

  long long version = 0;
  Statement(connection, "SELECT version FROM schema_version").into(version).for_each_row([] {});
  if (version > known_version) {
    throw connection.error("has schema version " + std::to_string(version) + ", and this program knows none above " +
                           std::to_string(known_version) + "; use the newer program");
  }
  if (version < 1) throw connection.error("has no schema version");
  return version;
}

// What leads from this version to that of this program.
std::vector<std::string> statements_after(long long version, const Engine& engine) {
  std::vector<std::string> all;
  for (auto step = steps.begin() + version; step != steps.end(); ++step) {
    for (const auto& text : (*step)(engine)) {
      all.push_back(boost::replace_all_copy(text, "TEXT", std::string(engine.text_column)));
    }
  }
  return all;
}

void make_version_table(Connection& connection) {
  execute(connection, "CREATE TABLE schema_version (version BIGINT NOT NULL)");
  execute(connection, "INSERT INTO schema_version (version) VALUES (0)");
}

void set_known_version(Connection& connection) {
  Statement(connection, "UPDATE schema_version SET version = :version").use(known_version).execute();
}

bool makes_index(std::string_view text) {
  return text.starts_with("CREATE INDEX ") || text.starts_with("CREATE UNIQUE INDEX ");
}

}  // namespace

long long schema_version() {
  return known_version;
}

void check_schema(Connection& connection) {
  const auto version = version_of(connection);
  if (version == known_version) return;
  throw connection.error(version == 0 ? "is empty; `clientidctl init` makes its tables"
                                      : "has an older schema; `clientidctl init` brings it up to date");
}

std::optional<long long> upgrade_schema(Connection& connection) {
  Transaction transaction(connection);
  const auto version = version_of(connection);
  if (version == known_version) return std::nullopt;
  if (version == 0) make_version_table(connection);
  for (const auto& text : statements_after(version, connection.engine())) execute(connection, text);
  set_known_version(connection);
  transaction.commit();
  return version;
}

bool holds_store(Connection& connection) {
  return version_of(connection) != 0;
}

void make_tables(Connection& connection) {
  make_version_table(connection);
  for (const auto& text : statements_after(0, connection.engine())) {
    if (!makes_index(text)) execute(connection, text);
  }
}

void make_indices(Connection& connection) {
  for (const auto& text : statements_after(0, connection.engine())) {
    if (makes_index(text)) execute(connection, text);
  }
  set_known_version(connection);
}

}  // namespace clientid
