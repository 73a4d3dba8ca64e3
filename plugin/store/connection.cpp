#include "plugin/store/connection.hpp"

#include <soci/soci.h>

#include <array>
#include <utility>

#include "plugin/store/engine.hpp"
#include "plugin/store/schema.hpp"
#include "plugin/store/statement.hpp"
#include "plugin/store/store_url.hpp"

namespace clientid {
namespace {

StoreError store_error(const std::string& url, const std::string& cause) {
  return StoreError("store " + shown_store(url) + ": " + cause);
}

std::string place_of(const std::string& url, const Engine& engine) {
  return url.substr(engine.scheme.size());
}

std::unique_ptr<soci::session> open_session(const std::string& url, Durability durability, IfMissing if_missing) {
  const Engine& engine = engine_of(url);
  try {
    return engine.open(place_of(url, engine), durability, if_missing);
  } catch (const soci::soci_error& error) {
    throw store_error(url, engine.cause(error, place_of(url, engine)));
  }
}

// Of an engine that may begin and then fail, as where the lock is not to be had.
void begin(Connection& connection, std::string_view text) {
  try {
    execute(connection, std::string(text));
  } catch (...) {
    try {
      execute(connection, "ROLLBACK");
    } catch (const StoreError&) {
      // It had not begun, or cannot be reached.
    }
    throw;
  }
}

}  // namespace

const Engine& engine_of(const std::string& url) {
  static constexpr std::array engines = {&sqlite_engine, &postgresql_engine};
  for (const Engine* engine : engines) {
    if (url.starts_with(engine->scheme)) return *engine;
  }
  // Not repeated here: what was meant for another engine may hold a password.
  throw StoreError("the store must be given as sqlite:PATH or postgresql://..., a URI of libpq");
}

Connection::Connection(std::string url, const Engine& engine, std::unique_ptr<soci::session> session)
    : url_(std::move(url)),
      engine_(&engine),
      session_(std::move(session)),
      opened_(engine.what_stands_at(*session_, place_of(url_, engine))) {
  if (engine.patience == nullptr) return;
  try {
    patience_ = engine.patience(*session_);
  } catch (const soci::soci_error& failure) {
    throw error(cause(failure));
  }
}

Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Connection Connection::open(const std::string& url, Durability durability) {
  Connection connection(url, engine_of(url), open_session(url, durability, IfMissing::fail));
  check_schema(connection);
  return connection;
}

void Connection::require_writable(const std::string& url) {
  Connection connection = open(url);
  const Transaction rolled_back(connection);
  // SQLite begins on a file that is read-only to it, and says so when it comes to writing.
  execute(connection, "UPDATE schema_version SET version = version");
}

std::optional<long long> Connection::initialise(const std::string& url) {
  auto connection = open_to_fill(url);
  return upgrade_schema(connection);
}

Connection Connection::open_to_fill(const std::string& url) {
  return {url, engine_of(url), open_session(url, Durability::full, IfMissing::create)};
}

bool Connection::still_there() {
  return !opened_.empty() && engine_->what_stands_at(*session_, place_of(url_, *engine_)) == opened_;
}

std::string Connection::identity() {
  if (engine_->identity.empty()) return engine_->what_stands_at(*session_, place_of(url_, *engine_));
  std::string answer;
  Statement(*this, std::string(engine_->identity)).into(answer).for_each_row([] {});
  return answer;
}

bool Connection::is_same_store_as(Connection& other) {
  return engine_ == other.engine_ && identity() == other.identity();
}

std::string Connection::cause(const soci::soci_error& error) const {
  return engine_->cause(error, place_of(url_, *engine_));
}

StoreError Connection::error(const std::string& cause) const {
  return store_error(url_, cause);
}

WaitLimit Connection::limit_wait() {
  return {engine_->socket == nullptr ? -1 : engine_->socket(*session_), patience_};
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
  const Engine& engine = connection_.engine();
  if (connection_.open_transactions_ > 0) {
    savepoint_ = "nested" + std::to_string(connection_.open_transactions_);
    execute(connection_, "SAVEPOINT " + savepoint_);
  } else {
    begin(connection_, kind == Kind::write ? engine.begin_write : engine.begin_snapshot);
  }
  ++connection_.open_transactions_;
}

void Transaction::commit() {
  execute(connection_,
          savepoint_.empty() ? std::string(connection_.engine().commit) : "RELEASE SAVEPOINT " + savepoint_);
  open_ = false;
  --connection_.open_transactions_;
}

Transaction::~Transaction() {
  if (!open_) return;
  --connection_.open_transactions_;
  try {
    execute(connection_, savepoint_.empty() ? "ROLLBACK" : "ROLLBACK TO SAVEPOINT " + savepoint_);
  } catch (...) {
    // Mostly it is gone already: SQLite ends it by itself when the disk is full. If not, the next one says so.
  }
}

}  // namespace clientid
