#include "plugin/store/table_writer.hpp"

namespace clientid {
namespace {

// "INSERT INTO setting (name, value) VALUES (:v0, :v1), (:v2, :v3)"
std::string insertion(const Table& table, std::size_t rows) {
  auto text = "INSERT INTO " + std::string(table.name) + " (" + table.column_names() + ") VALUES ";
  std::size_t variable = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    text += row == 0 ? "(" : ", (";
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      text += (i == 0 ? ":v" : ", :v") + std::to_string(variable++);
    text += ")";
  }
  return text;
}

}  // namespace

TableWriter::TableWriter(Connection& connection, const Table& table)
    : connection_(connection), table_(table), rows_(batch, TableRow(table)) {}

void TableWriter::add(const TableRow& row) {
  rows_[waiting_++].take(row);
  if (waiting_ < batch) return;
  if (!full_) prepare(full_);
  full_->execute();
  waiting_ = 0;
}

void TableWriter::finish() {
  if (waiting_ == 0) return;
  std::optional<Statement> rest;
  prepare(rest);
  rest->execute();
  waiting_ = 0;
}

// For the rows that wait.
void TableWriter::prepare(std::optional<Statement>& statement) {
  statement.emplace(connection_, insertion(table_, waiting_));
  for (std::size_t i = 0; i < waiting_; ++i) rows_[i].bind(*statement);
}

}  // namespace clientid
