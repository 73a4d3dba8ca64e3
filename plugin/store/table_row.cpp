#include "plugin/store/table_row.hpp"

#include <algorithm>
#include <cstring>

namespace clientid {
namespace {

void append(std::string& octets, long long number) {
  char raw[sizeof number];
  std::memcpy(raw, &number, sizeof number);
  octets.append(raw, sizeof number);
}

void append_cell(std::string& octets, const std::string& text) {
  append(octets, static_cast<long long>(text.size()));
  octets += text;
}

void append_cell(std::string& octets, long long number) {
  append(octets, number);
}

void append_cell(std::string& octets, const NullableTime& time) {
  octets += time.get() ? 't' : '-';
  if (time.get()) append(octets, to_seconds(*time.get()));
}

}  // namespace

TableRow::TableRow(const Table& table) {
  for (const auto& column : table.columns) {
    switch (column.kind) {
      case ColumnKind::text: cells_.emplace_back(std::string()); break;
      case ColumnKind::number: cells_.emplace_back(0LL); break;
      case ColumnKind::time: cells_.emplace_back(NullableTime()); break;
    }
  }
}

void TableRow::bind_into(Statement& statement) {
  for (auto& cell : cells_) {
    std::visit([&](auto& value) { statement.into(value); }, cell);
  }
}

void TableRow::bind(Statement& statement, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    std::visit([&](auto& value) { statement.use(value); }, cells_[i]);
  }
}

// Each cell holds what it held before, so that what is bound stays where it is.
void TableRow::take(const TableRow& other) {
  std::copy(other.cells_.begin(), other.cells_.end(), cells_.begin());
}

std::string TableRow::octets() const {
  std::string octets;
  for (const auto& cell : cells_) {
    std::visit([&](const auto& value) { append_cell(octets, value); }, cell);
  }
  return octets;
}

}  // namespace clientid
