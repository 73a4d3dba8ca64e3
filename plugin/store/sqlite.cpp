#include <fcntl.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "plugin/config/file_access.hpp"
#include "plugin/config/file_descriptor.hpp"
#include "plugin/store/engine.hpp"

namespace clientid {
namespace {

[[noreturn]] void fail(const std::string& cause) {
  throw soci::soci_error(cause);
}

void create_file(const std::string& path) {
  constexpr mode_t mode = 0640;  // SQLite gives the files that it puts beside this one the same
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file && errno == EEXIST) return;
  if (!file || ::fchmod(file.get(), mode) != 0) fail(std::string("cannot be made: ") + std::strerror(errno));
}

// SOCI opens whatever it finds, and makes what it does not find.
void check_file(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) fail("does not exist; `clientidctl init` makes it");
    fail(std::strerror(errno));
  }
  if (S_ISLNK(status.st_mode)) fail("is a symbolic link; name the file itself");
  if (!S_ISREG(status.st_mode)) fail("is not a plain file");
  if ((status.st_mode & S_IWOTH) != 0) fail("may be written by everybody; mend it with: chmod o-w " + path);
}

// The first column of the first row.
std::string ask(soci::session& session, const char* text) {
  std::string answer;
  soci::statement statement(session);
  statement.alloc();
  statement.exchange(soci::into(answer));
  statement.prepare(text);
  statement.define_and_bind();
  statement.execute(true);
  return answer;
}

std::unique_ptr<soci::session> open(const std::string& place, Durability durability, IfMissing if_missing) {
  if (place.empty()) fail("names no file");
  // SOCI's connection string has no escape for a quote.
  if (place.find('"') != std::string::npos) fail("a path with a double quote cannot be used");
  // Names such as ":memory:" and "file:..." are not files to SQLite, and a leading space confuses SOCI.
  const std::string path = place.front() == '/' ? place : "./" + place;
  if (if_missing == IfMissing::create) create_file(path);
  check_file(path);

  auto session = std::make_unique<soci::session>(soci::sqlite3, "dbname=\"" + path + "\"");
  ask(*session, "PRAGMA busy_timeout = 5000");
  if (ask(*session, "PRAGMA journal_mode = WAL") != "wal") fail("its file system does not suit SQLite (no WAL)");
  ask(*session, durability == Durability::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  ask(*session, "PRAGMA foreign_keys = ON");
  // KiB: room for the inner pages of the indexes of ten million bindings, or each lookup would read them anew.
  ask(*session, "PRAGMA cache_size = -16384");
  // What is removed shall not go on standing in the file.
  ask(*session, "PRAGMA secure_delete = ON");
  return session;
}

// SQLite goes on with a file that was unlinked, and would judge by a store that nobody sees any more.
std::string what_stands_at(soci::session& /*session*/, const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return {};
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

// "sqlite3_statement_backend::loadOne: database is locked", "Cannot establish connection to the database. unable to
// open database file"
std::string without_origin(std::string text) {
  constexpr std::string_view of_connection = "Cannot establish connection to the database. ";
  if (text.starts_with("sqlite3_statement_backend::")) text.erase(0, text.find(": ") + 2);
  if (text.starts_with(of_connection)) text.erase(0, of_connection.size());
  return text;
}

// What SQLite says where it may not use the file, or the files that it makes beside it; the last is ours.
constexpr std::array access_failures = {"unable to open database file", "attempt to write a readonly database",
                                        "Permission denied"};

// SQLite makes these with the mode that the file had then.
constexpr std::array files = {"", "-wal", "-shm"};

std::string advice_on(std::string_view text, const std::string& place) {
  const auto speaks_of = [&](std::string_view failure) { return text.find(failure) != std::string_view::npos; };
  if (std::none_of(access_failures.begin(), access_failures.end(), speaks_of)) return {};
  for (const auto* file : files) {
    auto advice = access_advice(place + file, Access::write);
    if (!advice.empty()) return advice;
  }
  return {};
}

std::string cause(const soci::soci_error& error, const std::string& place) {
  const auto text = without_origin(error.get_error_message());
  return text + advice_on(text, place);
}

}  // namespace

const Engine sqlite_engine = {
    .scheme = "sqlite:",
    .id_column = "INTEGER PRIMARY KEY AUTOINCREMENT",
    .text_column = "TEXT",
    .begin_snapshot = "BEGIN DEFERRED",
    .begin_write = "BEGIN IMMEDIATE",
    .commit = "COMMIT",
    .table_names = "SELECT name FROM sqlite_master WHERE type = 'table'",
    .id_was_given = "",
    .last_id = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = :table",
    .go_on_behind_id = "INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :id)",
    .identity = "",
    .open = open,
    .what_stands_at = what_stands_at,
    .cause = cause,
    .server_time = {},
    .socket = nullptr,
    .patience = nullptr,
    .text_of_octets = nullptr,
    .octets_of_text = nullptr,
};

}  // namespace clientid
