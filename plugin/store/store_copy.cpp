#include "plugin/store/store_copy.hpp"

#include <algorithm>

#include "plugin/store/engine.hpp"
#include "plugin/store/schema.hpp"
#include "plugin/store/table_reader.hpp"
#include "plugin/store/table_writer.hpp"

namespace clientid {
namespace {

long long number_in(Connection& connection, const std::string& expression, const Table& table) {
  long long number = 0;
  Statement(connection, "SELECT " + expression + " FROM " + std::string(table.name)).into(number).for_each_row([] {});
  return number;
}

}  // namespace

StoreCopy::Target StoreCopy::target() {
  if (from_.is_same_store_as(to_)) return Target::the_source;
  return holds_store(to_) ? Target::filled : Target::empty;
}

void StoreCopy::make(const Watch& watch) {
  make_tables(to_);
  {
    const Transaction snapshot(from_, Transaction::Kind::snapshot);
    for (const auto& table : lasting_tables()) {
      tables_.push_back({&table, number_in(from_, "count(*)", table), {}});
      progress_.all += tables_.back().rows;
    }
    for (auto& copied : tables_) copy(copied, watch);
  }
  make_indices(to_);
  progress_.verifying = true;
  progress_.done = 0;
  for (const auto& copied : tables_) verify(copied, watch);
}

void StoreCopy::copy(Copied& copied, const Watch& watch) {
  if (copied.table->has_ids()) go_on_behind_ids(*copied.table);
  TableReader reader(from_, *copied.table);
  TableWriter writer(to_, *copied.table);
  const auto add = [&](const TableRow& row) {
    writer.add(row);
    copied.digest.add(row);
    ++progress_.done;
  };
  while (reader.next_page(add)) watch(progress_);
  writer.finish();
  if (copied.digest.rows() != copied.rows) {
    throw from_.error("has " + std::to_string(copied.rows) + " rows in its table " + std::string(copied.table->name) +
                      ", and gives " + std::to_string(copied.digest.rows()));
  }
}

// Also behind those whose rows are gone, since nobody is given the number of another.
void StoreCopy::go_on_behind_ids(const Table& table) {
  const std::string name(table.name);
  long long given = 0;
  Statement(from_, std::string(from_.engine().last_id)).use(name).into(given).for_each_row([] {});
  const auto last = std::max(given, number_in(from_, "coalesce(max(id), 0)", table));
  if (last > 0) Statement(to_, std::string(to_.engine().go_on_behind_id)).use(name, last).execute();
}

void StoreCopy::verify(const Copied& copied, const Watch& watch) {
  TableReader reader(to_, *copied.table);
  TableDigest found;
  const auto add = [&](const TableRow& row) {
    found.add(row);
    ++progress_.done;
  };
  while (reader.next_page(add)) watch(progress_);
  if (found == copied.digest) return;
  throw to_.error("does not give back what was written into its table " + std::string(copied.table->name));
}

}  // namespace clientid
