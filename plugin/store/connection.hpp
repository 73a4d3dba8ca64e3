// A connection to the store. It is used by one thread at a time and does not survive a fork. Everything below throws
// StoreError, and in bounded time; the connection can be used again afterwards, or, if it fails again, be replaced by a
// new one.
//
// The tables are reached through Bindings, SettingsTable, History and FactsReader, which borrow the connection. An
// engine is one file: it opens a session and sets it up (sqlite.cpp, postgresql.cpp).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "plugin/store/store_error.hpp"
#include "plugin/store/wait_limit.hpp"

namespace soci {
class session;
class soci_error;
}  // namespace soci

namespace clientid {

struct Engine;

enum class Durability : unsigned char {
  full,     // a commit is on disk when it returns: bindings, settings
  grouped,  // a commit survives a crash of the process, not one of the machine: history, last seen
};

class Connection {
 public:
  // `url` is sqlite:PATH, or a URI of libpq, postgresql://... The store must exist and have the schema of this program.
  static Connection open(const std::string& url, Durability durability = Durability::full);

  // What a service asks before it begins: it could judge by a store that it cannot write, but would lose the history.
  static void require_writable(const std::string& url);

  // Makes the store if it is not there, and brings an older schema up to date. Gives the version that it had before, 0
  // if none; nothing if there was nothing to be done. A database of a server must be there.
  static std::optional<long long> initialise(const std::string& url);

  // For who makes the tables itself. There need not be a store, and nobody has looked whether there is one.
  static Connection open_to_fill(const std::string& url);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  const std::string& url() const { return url_; }

  // False where the store was removed or replaced since it was opened, or its server has ended the session.
  bool still_there();

  // Whether both reach the same store, however each URL names it.
  bool is_same_store_as(Connection& other);

  // For the files of this folder.
  soci::session& sql() { return *session_; }
  const Engine& engine() const { return *engine_; }
  std::string cause(const soci::soci_error& error) const;
  StoreError error(const std::string& cause) const;  // ready to be thrown
  WaitLimit limit_wait();                            // for one answer of the engine

 private:
  friend class Transaction;
  Connection(std::string url, const Engine& engine, std::unique_ptr<soci::session> session);
  std::string identity();

  std::string url_;
  const Engine* engine_;
  std::unique_ptr<soci::session> session_;
  std::string opened_;  // what stood there when it was opened
  std::chrono::milliseconds patience_{0};
  unsigned open_transactions_ = 0;
};

// Rolled back unless committed. One inside another is part of the outer one: it can be rolled back alone, and lasts
// only if the outer one is committed. Then the outer one says which kind both are.
class Transaction {
 public:
  enum class Kind : unsigned char {
    write,     // takes the writer's lock at once, so that what was read in it still holds when it writes
    snapshot,  // for reading: all of it is of one moment
  };

  explicit Transaction(Connection& connection, Kind kind = Kind::write);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  void commit();

 private:
  Connection& connection_;
  std::string savepoint_;  // empty: the outermost one
  bool open_ = true;
};

}  // namespace clientid
