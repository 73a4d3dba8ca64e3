// The tables of the store column by column, for who goes through all of them whatever they mean.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace clientid {

enum class ColumnKind : unsigned char {
  text,    // of any octets
  number,  // of 64 bits
  time,    // seconds since the epoch, or NULL
};

struct Column {
  std::string_view name;
  ColumnKind kind;
};

struct Table {
  std::string_view name;
  std::size_t key;  // so many of its first columns are its primary key
  std::span<const Column> columns;

  // Its key is a number that counts up.
  bool has_ids() const { return columns.front().name == "id"; }

  // "account, type, fingerprint": all of them, or so many of the first.
  std::string column_names(std::size_t count) const;
  std::string column_names() const { return column_names(columns.size()); }
};

// What a store holds wherever it is. Open sessions are left out: they are of processes that work on another store, and
// would count against their devices until the lease is over.
std::span<const Table> lasting_tables();

}  // namespace clientid
