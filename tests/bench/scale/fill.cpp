#include "tests/bench/scale/fill.hpp"

#include <string>
#include <utility>
#include <vector>

#include "plugin/store/statement.hpp"
#include "tests/bench/scale/numbered.hpp"

namespace clientid {
namespace {

constexpr long long day = 24 * 60 * 60;
constexpr long long month = 30 * day;

// Of the table, with the text that makes them; not those of primary keys, whose order the rows have.
using Indexes = std::vector<std::pair<std::string, std::string>>;

Indexes indexes_of(Connection& connection, const std::string& query) {
  Indexes indexes;
  std::string name;
  std::string text;
  Statement(connection, query).into(name, text).for_each_row([&] { indexes.emplace_back(name, text); });
  return indexes;
}

template <typename Fill>
void without_indexes(Connection& connection, const Indexes& indexes, Fill fill) {
  for (const auto& [name, text] : indexes) execute(connection, "DROP INDEX " + name);
  fill();
  for (const auto& [name, text] : indexes) execute(connection, text);
}

void fill_rows(Connection& connection, long long bindings, long long events, long long now) {
  std::string account;
  std::string device;
  std::string peer;
  std::string network;
  long long at = 0;
  const long long created = now - month;
  {
    Statement insert(connection,
                     "INSERT INTO binding (account, type, fingerprint, key_id, state, label, created, created_by,"
                     " last_seen, last_peer, uses) VALUES (:account, 'uuid', :device, '1', 'active', '', :created,"
                     " 'learned', :at, :peer, 1)");
    insert.use(account, device, created, at, peer);
    for (long long i = 0; i < bindings; ++i) {
      account = numbered_account(i);
      device = numbered_fingerprint(i).hex();
      at = now - i % day;
      peer = numbered_address(i);
      insert.execute();
    }
  }
  Statement insert(connection,
                   "INSERT INTO event (at, outcome, account, type, fingerprint, peer, network, service, verdict,"
                   " reason, detail) VALUES (:at, 'authenticated', :account, 'uuid', :device, :peer, :network,"
                   " 'smtp', 'allow', 'bound', 'PLAIN')");
  insert.use(at, account, device, peer, network);
  for (long long i = 0; i < events; ++i) {
    const auto who = i * 7919 % bindings;
    at = now - day + i * day / events;
    account = numbered_account(who);
    device = numbered_fingerprint(who).hex();
    peer = numbered_address(who);
    network = peer + "/32";
    insert.execute();
  }
}

void fill_sqlite(Connection& connection, long long bindings, long long events, long long now) {
  // A store that is half full is thrown away, so nothing has to last until all is there.
  for (const auto* setting : {"journal_mode = OFF", "synchronous = OFF", "cache_size = -500000"}) {
    execute(connection, std::string("PRAGMA ") + setting);
  }
  const auto indexes = indexes_of(
      connection,
      "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('binding', 'event') AND sql <> ''");
  execute(connection, "BEGIN");
  without_indexes(connection, indexes, [&] { fill_rows(connection, bindings, events, now); });
  execute(connection, "COMMIT");
}

// The same rows, made by the server.
void fill_postgresql(Connection& connection, long long bindings, long long events, long long now) {
  const auto text = [](long long number) { return std::to_string(number); };
  const auto account = [&](const std::string& who) {
    return "'user' || lpad((" + who + " / " + text(devices_an_account) + ")::text, 10, '0') || '@example.com'";
  };
  const auto device = [](const std::string& who) { return "encode(sha256((" + who + ")::text::bytea), 'hex')"; };
  const auto peer = [](const std::string& who) {
    return "'10.' || (" + who + " >> 16 & 255) || '.' || (" + who + " >> 8 & 255) || '.' || (" + who + " & 255)";
  };
  execute(connection, "SET maintenance_work_mem = '512MB'");
  execute(connection, "SET synchronous_commit = off");
  const auto indexes = indexes_of(connection,
                                  "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE"
                                  " indrelid IN ('binding'::regclass, 'event'::regclass) AND NOT indisprimary");
  without_indexes(connection, indexes, [&] {
    execute(connection,
            "INSERT INTO binding (account, type, fingerprint, key_id, state, label, created, created_by, last_seen,"
            " last_peer, uses) SELECT " +
                account("i") + ", 'uuid', " + device("i") + ", '1', 'active', '', " + text(now - month) +
                ", 'learned', " + text(now) + " - i % " + text(day) + ", " + peer("i") +
                ", 1 FROM generate_series(0::bigint, " + text(bindings - 1) + ") AS i");
    execute(connection,
            "INSERT INTO event (at, outcome, account, type, fingerprint, peer, network, service, verdict, reason,"
            " detail) SELECT " +
                text(now - day) + " + i * " + text(day) + " / " + text(events) + ", 'authenticated', " +
                account("who") + ", 'uuid', " + device("who") + ", " + peer("who") + ", " + peer("who") +
                " || '/32', 'smtp', 'allow', 'bound', 'PLAIN' FROM (SELECT i, i * 7919 % " + text(bindings) +
                " AS who FROM generate_series(0::bigint, " + text(events - 1) + ") AS i) AS numbered");
  });
}

}  // namespace

void fill(Connection& connection, long long bindings, long long events) {
  const auto seconds = to_seconds(now());
  if (connection.url().starts_with("sqlite:")) {
    fill_sqlite(connection, bindings, events, seconds);
  } else {
    fill_postgresql(connection, bindings, events, seconds);
  }
}

}  // namespace clientid
