#include "plugin/store/account_data.hpp"

#include <utility>

#include "plugin/identity/fingerprint.hpp"
#include "plugin/store/moved_devices.hpp"
#include "plugin/store/slices.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {
namespace {

// "account NAME", and "device FINGERPRINT NAME NETWORK": which of them a counter is called by tells counted_names().
std::string counters_of_account() {
  const auto behind_fingerprint = std::to_string(std::string_view("device ").size() + 2 * Fingerprint::size + 1);
  return " FROM counter WHERE name = :of_account OR (name >= 'device ' AND name < 'device!' AND substr(name, " +
         behind_fingerprint + ", :size) = :device_on_account)";
}

constexpr const char* restrictions_of_account = " FROM restriction WHERE kind = 'account' AND subject = :account";

}  // namespace

AccountData::AccountData(Connection& connection, std::string account)
    : connection_(connection),
      account_(std::move(account)),
      of_account_("account " + account_),
      device_on_account_(" " + account_ + " "),
      device_on_account_size_(static_cast<long long>(device_on_account_.size())) {}

long long AccountData::count_in(const std::string& table, const std::string& column) {
  long long rows = 0;
  Statement(connection_, "SELECT count(*) FROM " + table + " WHERE " + column + " = :account")
      .use(account_)
      .into(rows)
      .for_each_row([] {});
  return rows;
}

AccountCounts AccountData::count() {
  AccountCounts counts;
  counts.bindings = count_in("binding", "account");
  counts.events = count_in("event", "account");
  counts.settings = count_in("account", "scope");
  counts.sessions = count_in("session", "account");
  Statement(connection_, std::string("SELECT count(*)") + restrictions_of_account)
      .use(account_)
      .into(counts.restrictions)
      .for_each_row([] {});
  Statement(connection_, "SELECT count(*)" + counters_of_account())
      .use(of_account_, device_on_account_size_, device_on_account_)
      .into(counts.counters)
      .for_each_row([] {});
  counts.moves = static_cast<long long>(useless_moves().size());
  return counts;
}

long long AccountData::remove_from(const std::string& table, const std::string& column) {
  return Statement(connection_, "DELETE FROM " + table + " WHERE " + column + " = :account").use(account_).execute();
}

std::set<std::string> AccountData::useless_moves() {
  MovedDevices table(connection_);
  return table.useless(table.of_account(account_), {.account = account_, .events_before = {}, .ended_by = {}});
}

AccountCounts AccountData::remove_some() {
  const long long most = batch;
  AccountCounts removed;
  // First, and once: what leads to them goes with the rest.
  const auto moves = moves_are_gone_ ? std::set<std::string>() : useless_moves();
  Transaction transaction(connection_);
  removed.moves = MovedDevices(connection_).remove(moves);
  removed.events = Statement(connection_,
                             "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE account = :account ORDER BY id"
                             " LIMIT :most)")
                       .use(account_, most)
                       .execute();
  if (removed.events < most) {
    removed.bindings = remove_from("binding", "account");
    removed.settings = remove_from("account", "scope");
    removed.sessions = remove_from("session", "account");
    removed.restrictions =
        Statement(connection_, std::string("DELETE") + restrictions_of_account).use(account_).execute();
    removed.counters = Statement(connection_, "DELETE" + counters_of_account())
                           .use(of_account_, device_on_account_size_, device_on_account_)
                           .execute();
  }
  transaction.commit();
  moves_are_gone_ = true;
  return removed;
}

void AccountData::counters(const std::function<void(const StoredCounter&)>& take) {
  StoredCounter row;
  long long slice = 0;
  Statement statement(connection_, "SELECT name, slice, attempts, failures" + counters_of_account() + " ORDER BY 1, 2");
  statement.use(of_account_, device_on_account_size_, device_on_account_)
      .into(row.name, slice, row.attempts, row.failures)
      .for_each_row([&] {
        row.at = from_seconds(slice);
        take(row);
      });
}

void AccountData::sessions(const std::function<void(const OpenSession&)>& take) {
  OpenSession row;
  long long opened = 0;
  Statement(connection_,
            "SELECT holder, number, type, fingerprint, account, peer, network, opened FROM session WHERE"
            " account = :account ORDER BY opened, holder, number")
      .use(account_)
      .into(row.holder, row.number, row.type, row.fingerprint, row.account, row.peer, row.network, opened)
      .for_each_row([&] {
        row.opened = from_seconds(opened);
        take(row);
      });
}

}  // namespace clientid
