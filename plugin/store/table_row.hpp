// A row of any table, and how a statement reads and writes it.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "plugin/store/statement.hpp"
#include "plugin/store/table.hpp"

namespace clientid {

class TableRow {
 public:
  explicit TableRow(const Table& table);

  // All cells in the order of the columns, which stay where they are as long as the row does.
  void bind_into(Statement& statement);
  void bind(Statement& statement) { bind(statement, cells_.size()); }
  void bind(Statement& statement, std::size_t count);  // so many of the first

  // Takes what the other one holds, which is of the same table.
  void take(const TableRow& other);

  // As octets: two rows of a table have the same ones if all their cells are the same.
  std::string octets() const;

 private:
  using Cell = std::variant<std::string, long long, NullableTime>;

  std::vector<Cell> cells_;
};

}  // namespace clientid
