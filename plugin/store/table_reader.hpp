// Reads a table in the order of its key, page by page: clients of a server get all rows of a query before the first one
// can be handed on.
#pragma once

#include <functional>

#include "plugin/store/table_row.hpp"

namespace clientid {

class TableReader {
 public:
  TableReader(Connection& connection, const Table& table);

  // False when there are no more.
  bool next_page(const std::function<void(const TableRow&)>& take);

  static constexpr std::size_t page = 500;

 private:
  TableRow row_;
  TableRow last_;
  Statement first_;
  Statement next_;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace clientid
