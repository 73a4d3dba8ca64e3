// Puts rows into a table, many by one statement: with a server, each is a way there and back.
#pragma once

#include <optional>
#include <vector>

#include "plugin/store/table_row.hpp"

namespace clientid {

class TableWriter {
 public:
  TableWriter(Connection& connection, const Table& table);

  void add(const TableRow& row);
  // Writes those that wait for more.
  void finish();

  static constexpr std::size_t batch = 500;  // rows; SQLite takes 32,766 values in a statement

 private:
  void prepare(std::optional<Statement>& statement);

  Connection& connection_;
  const Table& table_;
  std::vector<TableRow> rows_;
  std::size_t waiting_ = 0;
  std::optional<Statement> full_;
};

}  // namespace clientid
