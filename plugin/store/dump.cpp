#include "plugin/store/dump.hpp"

#include <limits>

#include "plugin/store/binding_row.hpp"
#include "plugin/store/event_row.hpp"

namespace clientid {
namespace {

// Clients of a server get all rows of a query before the first one can be handed on.
constexpr long long page = 1000;

}  // namespace

Where Dump::where(const std::string& column) const {
  Where where;
  if (account_) where.add(column + " = :account", *account_);
  return where;
}

void Dump::bindings(const std::function<void(const Binding&)>& take) {
  BindingRow row;
  for (long long rows = page, after = 0; rows == page; after = row.id) {
    auto next = where();
    next.add("id > :after", after);
    Statement statement(connection_, "SELECT " + std::string(BindingRow::columns) + " FROM binding" + next.text() +
                                         " ORDER BY id LIMIT :page");
    row.bind_into(statement);
    next.bind(statement);
    rows = 0;
    statement.use(page).for_each_row([&] {
      take(row.to_binding(connection_));
      ++rows;
    });
  }
}

void Dump::settings(const std::function<void(const StoredSetting&)>& take) {
  StoredSetting row;
  if (!account_) {
    Statement(connection_, "SELECT name, value FROM setting ORDER BY name").into(row.name, row.value).for_each_row([&] {
      take(row);
    });
  }
  auto of_account = where("scope");
  Statement statement(connection_,
                      "SELECT scope, name, value FROM account" + of_account.text() + " ORDER BY scope, name");
  statement.into(row.scope, row.name, row.value);
  of_account.bind(statement);
  statement.for_each_row([&] { take(row); });
}

void Dump::events(const std::function<void(const Event&)>& take) {
  EventRow row;
  row.at = std::numeric_limits<long long>::min();
  for (long long rows = page; rows == page;) {
    const long long at = row.at;
    const long long id = row.id;
    auto next = where();
    next.add("at >= :from", at);
    Statement statement(connection_, "SELECT " + std::string(EventRow::columns) + " FROM event" + next.text() +
                                         " AND (at > :at OR id > :id) ORDER BY at, id LIMIT :page");
    row.bind_into(statement);
    next.bind(statement);
    rows = 0;
    statement.use(at, id, page).for_each_row([&] {
      take(row.to_event(connection_));
      ++rows;
    });
  }
}

std::vector<std::string> Dump::key_ids() {
  auto of_account = where();
  std::vector<std::string> ids;
  std::string id;
  Statement statement(connection_,
                      "SELECT key_id FROM binding" + of_account.text() +
                          (account_ ? " GROUP BY key_id" : " UNION SELECT key_id FROM restriction WHERE key_id <> ''") +
                          " ORDER BY key_id");
  statement.into(id);
  of_account.bind(statement);
  statement.for_each_row([&] { ids.push_back(id); });
  return ids;
}

long long Dump::count(const std::string& table) {
  auto of_account = where();
  long long rows = 0;
  Statement statement(connection_, "SELECT count(*) FROM " + table + of_account.text());
  statement.into(rows);
  of_account.bind(statement);
  statement.for_each_row([] {});
  return rows;
}

long long Dump::count_bindings() {
  return count("binding");
}

long long Dump::count_events() {
  return count("event");
}

}  // namespace clientid
