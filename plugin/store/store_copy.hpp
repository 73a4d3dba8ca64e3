// Copies a store into an empty database, of whatever engine. It is one transaction there: the copy is whole, and the
// same as what it was made of, or nothing is there. What it is made of is of one moment, and nobody has to wait for it.
#pragma once

#include <functional>
#include <vector>

#include "plugin/store/connection.hpp"
#include "plugin/store/table_digest.hpp"

namespace clientid {

class StoreCopy {
 public:
  enum class Target : unsigned char {
    empty,
    filled,      // with a store
    the_source,  // itself
  };

  // In rows.
  struct Progress {
    bool verifying = false;  // reads back what it wrote
    long long done = 0;
    long long all = 0;
  };
  // Is told of every page. What it throws, breaks the copy off.
  using Watch = std::function<void(const Progress&)>;

  struct Copied {
    const Table* table = nullptr;
    long long rows = 0;
    TableDigest digest;
  };

  // Nobody else writes to `to` from here on. It was opened to be filled.
  StoreCopy(Connection& from, Connection& to) : from_(from), to_(to), whole_(to) {}

  // What it was before. Throws StoreError where it is the database of something else.
  Target target();

  // Into an empty one, once. Throws StoreError, also where the two do not hold the same in the end.
  void make(const Watch& watch);

  // It lasts when this returns. Where it throws, it is there as a whole or not at all.
  void commit() { whole_.commit(); }

  const std::vector<Copied>& tables() const { return tables_; }

 private:
  void copy(Copied& copied, const Watch& watch);
  void go_on_behind_ids(const Table& table);
  void verify(const Copied& copied, const Watch& watch);

  Connection& from_;
  Connection& to_;
  Transaction whole_;
  Progress progress_;
  std::vector<Copied> tables_;
};

}  // namespace clientid
