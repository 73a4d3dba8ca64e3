// A store that was copied is the same in all that lasts, and is there as a whole or not at all.
#include "plugin/store/store_copy.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "plugin/store/bindings.hpp"
#include "plugin/store/history.hpp"
#include "plugin/store/table_reader.hpp"
#include "plugin/store/table_writer.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

const auto nobody = [](const StoreCopy::Progress& /*reached*/) {};

std::vector<std::string> texts(Connection& connection, const std::string& query) {
  std::vector<std::string> all;
  std::string text;
  Statement statement(connection, query);
  statement.into(text).for_each_row([&] { all.push_back(text); });
  return all;
}

// As the engine has them: the names of all, or of those of the primary key.
std::vector<std::string> columns_of(Connection& connection, const std::string& table, bool of_key = false) {
  if (on_postgresql()) {
    return texts(connection, "SELECT attname::text FROM pg_attribute WHERE attrelid = '" + table +
                                 "'::regclass AND attnum > 0 AND NOT attisdropped" +
                                 (of_key ? " AND attnum = ANY ((SELECT conkey FROM pg_constraint WHERE conrelid ="
                                           " attrelid AND contype = 'p')::smallint[])"
                                         : "") +
                                 " ORDER BY attnum");
  }
  return texts(connection, "SELECT name FROM pragma_table_info('" + table + "')" +
                               (of_key ? " WHERE pk > 0 ORDER BY pk" : " ORDER BY cid"));
}

// Each row in one text, told apart by what the engine quotes.
std::vector<std::string> rows_of(Connection& connection, const std::string& table) {
  if (on_postgresql()) return texts(connection, "SELECT " + table + "::text FROM " + table + " ORDER BY 1");
  std::string row;
  for (const auto& column : columns_of(connection, table))
    row += (row.empty() ? "quote(" : " || quote(") + column + ")";
  return texts(connection, "SELECT " + row + " FROM " + table + " ORDER BY 1");
}

std::map<std::string, std::vector<std::string>> lasting_rows(Connection& connection) {
  std::map<std::string, std::vector<std::string>> all;
  for (const auto& table : lasting_tables()) {
    const std::string name(table.name);
    all[name] = rows_of(connection, name);
  }
  return all;
}

// Every kind of row, and octets that no text has.
void fill(Connection& connection) {
  execute(
      connection,
      "INSERT INTO binding (id, account, type, fingerprint, key_id, state, label, created, created_by, expires,"
      " suspended_until, last_seen, last_peer, uses) VALUES"
      " (2, 'alice@example.com', 'uuid', 'aa', '1', 'active', '', 0, 'learned', NULL, NULL, NULL, '', 0),"
      " (9, 'alice@example.com', 'uuid', 'bb', '2', 'suspended', 'tab', -1, '', 5, 0, 9223372036854775807, '::1', 7)");
  execute(connection,
          "INSERT INTO account (scope, name, value) VALUES ('@example.net', 'mode', 'off'),"
          " ('alice@example.com', 'mode', 'learn'), ('alice@example.com', 'absent', 'allow')");
  execute(connection, "INSERT INTO setting (name, value) VALUES ('mode', 'enforce'), ('absent', '')");
  execute(connection, "INSERT INTO type (type, name, value) VALUES ('*', 'shared', 'yes'), ('mac', 'shared', 'no')");
  execute(connection,
          "INSERT INTO restriction (id, kind, subject, effect, until, cause, created, created_by, first_address,"
          " last_address, key_id) VALUES (4, 'device', 'aa', 'block', NULL, 'spam', 1, 'operator', '', '', '1'),"
          " (3, 'network', '192.0.2.7/32', 'block', 1, '', 1, 'detection', 'c0000207', 'c0000207', '')");
  execute(connection,
          "INSERT INTO moved_device (former, former_key, fingerprint, key_id, at) VALUES"
          " ('00', '1', 'aa', '2', 1700000000)");
  execute(connection,
          "INSERT INTO session (holder, number, type, fingerprint, account, peer, network, opened, lease)"
          " VALUES ('h', 1, 'uuid', 'aa', 'alice@example.com', '', '', 0, 99999999999)");
  for (const auto& odd : {std::string("\xff"), std::string("\x80"), std::string("\xc3\xa4"), std::string("a\0b", 3),
                          std::string("\xf4\x8f\xbc\x80"), hostile}) {
    Statement(connection, "INSERT INTO counter (name, slice, attempts, failures) VALUES (:name, 10, 3, 2)")
        .use(odd)
        .execute();
    History(connection).append({{.at = at(1), .account = odd, .detail = odd}});
  }
}

struct Pair {
  TemporaryStore store;
  TemporaryDatabase database;
  Connection from = store.open();
  Connection to = Connection::open_to_fill(database.url());

  void copy() {
    StoreCopy copy(from, to);
    REQUIRE(copy.target() == StoreCopy::Target::empty);
    copy.make(nobody);
    copy.commit();
  }

  std::string error_of_opening() const {
    return error_of([&] { Connection::open(database.url()); });
  }
};

TableDigest digest_of(const std::vector<std::pair<std::string, std::string>>& rows) {
  const auto& table = lasting_tables().front();
  const TemporaryStore store;
  auto connection = store.open();
  for (const auto& [name, value] : rows) {
    Statement(connection, "INSERT INTO setting (name, value) VALUES (:name, :value)").use(name, value).execute();
  }
  TableDigest digest;
  TableReader(connection, table).next_page([&](const TableRow& row) { digest.add(row); });
  return digest;
}

}  // namespace

TEST_CASE("all that lasts is copied, with every column") {
  const TemporaryStore store;
  auto connection = store.open();
  std::set<std::string> copied{"schema_version", "session", "sqlite_sequence"};
  for (const auto& table : lasting_tables()) {
    const std::string name(table.name);
    CAPTURE(name);
    copied.insert(name);
    const auto columns = columns_of(connection, name);
    std::vector<std::string> known;
    for (const auto& column : table.columns) known.emplace_back(column.name);
    CHECK(known == columns);
    known.resize(table.key);
    CHECK(known == columns_of(connection, name, true));
    CHECK(table.columns.size() * TableWriter::batch <= 32'766);
  }
  for (const auto& name : texts(connection, std::string(connection.engine().table_names))) CHECK(copied.contains(name));
}

TEST_CASE("a copy holds the same, of whatever octets, and no open session") {
  Pair pair;
  fill(pair.from);
  pair.copy();
  const auto rows = lasting_rows(pair.from);
  CHECK(rows.at("counter").size() == 6);
  CHECK(rows == lasting_rows(pair.to));
  CHECK(number(pair.to, "SELECT count(*) FROM session") == 0);
  CHECK(pair.error_of_opening().empty());
}

TEST_CASE("a copy of a copy is one of the first") {
  Pair pair;
  fill(pair.from);
  pair.copy();
  const TemporaryDatabase database;
  auto second = Connection::open_to_fill(database.url());
  auto first = Connection::open(pair.database.url());
  StoreCopy copy(first, second);
  copy.make(nobody);
  copy.commit();
  CHECK(lasting_rows(second) == lasting_rows(pair.from));
}

TEST_CASE("a copy has the indices of a new store") {
  Pair pair;
  pair.copy();
  const std::string indices =
      on_postgresql() ? "SELECT replace(indexdef, current_schema(), '') FROM pg_indexes WHERE schemaname ="
                        " current_schema() ORDER BY 1"
                      : "SELECT name || coalesce(sql, '') FROM sqlite_master WHERE type = 'index' ORDER BY 1";
  CHECK(texts(pair.to, indices) == texts(pair.from, indices));
  CHECK_FALSE(Connection::initialise(pair.database.url()));
}

TEST_CASE("tables of any number of rows are copied") {
  for (const unsigned rows : {0U, 1U, 499U, 500U, 501U, 1000U, 1499U}) {
    CAPTURE(rows);
    Pair pair;
    std::vector<Event> events(rows);
    for (unsigned i = 0; i < rows; ++i) events[i].at = at(i % 7);
    History(pair.from).append(events);
    StoreCopy copy(pair.from, pair.to);
    std::vector<std::pair<bool, long long>> seen;
    copy.make([&](const StoreCopy::Progress& reached) {
      CHECK(reached.all == rows);
      seen.emplace_back(reached.verifying, reached.done);
    });
    CHECK(std::is_sorted(seen.begin(), seen.end()));
    CHECK(seen.back() == std::pair(true, static_cast<long long>(rows)));
    copy.commit();
    CHECK(rows_of(pair.from, "event") == rows_of(pair.to, "event"));
  }
}

TEST_CASE("ids go on behind all that were ever given out") {
  Pair pair;
  Bindings bindings(pair.from);
  for (unsigned i = 0; i < 3; ++i) bindings.insert(binding("alice@example.com", i));
  CHECK(bindings.remove(3));
  std::vector<Event> events(5);
  History(pair.from).append(events);
  execute(pair.from, "DELETE FROM event");
  pair.copy();
  CHECK(Bindings(pair.to).insert(binding("alice@example.com", 9)) == 4);
  History(pair.to).append({Event()});
  CHECK(History(pair.to).list({}).at(0).id == 6);
  CHECK(number(pair.to, "SELECT count(*) FROM restriction") == 0);
}

TEST_CASE("until it is committed, there is no store") {
  Pair pair;
  fill(pair.from);
  const auto nothing = pair.error_of_opening();
  CHECK(nothing.find("is empty") != std::string::npos);
  SUBCASE("left before the end") {
    StoreCopy copy(pair.from, pair.to);
    copy.make(nobody);
    CHECK(pair.error_of_opening() == nothing);
  }
  SUBCASE("broken off") {
    StoreCopy copy(pair.from, pair.to);
    bool verifying = false;
    SUBCASE("while it is written") {
      verifying = false;
    }
    SUBCASE("while it is read back") {
      verifying = true;
    }
    CHECK_THROWS_AS(copy.make([&](const StoreCopy::Progress& reached) {
      if (reached.verifying == verifying) throw std::runtime_error("enough");
    }),
                    std::runtime_error);
  }
  CHECK(pair.error_of_opening() == nothing);
  pair.copy();
  CHECK(lasting_rows(pair.from) == lasting_rows(pair.to));
}

TEST_CASE("only an empty database is a target") {
  Pair pair;
  const auto found = [&](const std::string& url) {
    auto target = Connection::open_to_fill(url);
    return StoreCopy(pair.from, target).target();
  };
  CHECK(found(pair.store.url()) == StoreCopy::Target::the_source);
  CHECK(found(TemporaryStore().url()) == StoreCopy::Target::filled);
  CHECK(found(pair.database.url()) == StoreCopy::Target::empty);
  pair.database.run("CREATE TABLE alias (address TEXT)");
  CHECK(error_of([&] { found(pair.database.url()); }).ends_with("is the database of something else"));
}

TEST_CASE("nobody else makes the store meanwhile") {
  Pair pair;
  auto other = Connection::open_to_fill(pair.database.url());
  wait_for_lock(other, 20);
  StoreCopy copy(pair.from, pair.to);
  CHECK(error_of([&] { StoreCopy(pair.from, other); }).find("is locked") != std::string::npos);
}

TEST_CASE("a copy is of one moment, and nobody waits for it") {
  Pair pair;
  fill(pair.from);
  const auto before = lasting_rows(pair.from);
  auto writer = pair.store.open();
  wait_for_lock(writer, 1);
  StoreCopy copy(pair.from, pair.to);
  bool written = false;
  copy.make([&](const StoreCopy::Progress& /*reached*/) {
    if (written) return;
    written = true;
    Bindings(writer).insert(binding("bob@example.com", 1));
    History(writer).append({Event()});
    execute(writer, "UPDATE binding SET uses = 77");
    execute(writer, "DELETE FROM counter");
  });
  copy.commit();
  CHECK(written);
  CHECK(lasting_rows(pair.to) == before);
  CHECK(lasting_rows(pair.from) != before);
}

TEST_CASE("a digest tells tables apart that differ, and no others") {
  const auto digest = digest_of({{"a", "bc"}, {"d", ""}});
  CHECK(digest.rows() == 2);
  CHECK(digest == digest_of({{"d", ""}, {"a", "bc"}}));
  for (const auto& other : std::vector<std::vector<std::pair<std::string, std::string>>>{
           {}, {{"a", "bc"}}, {{"ab", "c"}, {"d", ""}}, {{"a", "bC"}, {"d", ""}}, {{"a", ""}, {"d", "bc"}}}) {
    CHECK_FALSE(digest == digest_of(other));
  }
}
