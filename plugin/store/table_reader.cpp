#include "plugin/store/table_reader.hpp"

namespace clientid {
namespace {

// Those behind :key0 and so on. The limit is a part of the text, so that PostgreSQL knows how few are wanted.
std::string query(const Table& table, bool behind_key) {
  const auto key = table.column_names(table.key);
  auto text = "SELECT " + table.column_names() + " FROM " + std::string(table.name);
  if (behind_key) {
    text += " WHERE (" + key + ") > (";
    for (std::size_t i = 0; i < table.key; ++i) text += (i == 0 ? ":key" : ", :key") + std::to_string(i);
    text += ")";
  }
  return text + " ORDER BY " + key + " LIMIT " + std::to_string(TableReader::page);
}

}  // namespace

TableReader::TableReader(Connection& connection, const Table& table)
    : row_(table), last_(table), first_(connection, query(table, false)), next_(connection, query(table, true)) {
  row_.bind_into(first_);
  row_.bind_into(next_);
  last_.bind(next_, table.key);
}

bool TableReader::next_page(const std::function<void(const TableRow&)>& take) {
  if (ended_) return false;
  std::size_t rows = 0;
  (begun_ ? next_ : first_).for_each_row([&] {
    take(row_);
    ++rows;
  });
  begun_ = true;
  ended_ = rows < page;
  last_.take(row_);
  return true;
}

}  // namespace clientid
