#include "plugin/store/ledger.hpp"

#include <utility>

#include "plugin/store/bindings.hpp"
#include "plugin/store/restrictions.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {
namespace {

const std::string blank_name = "blank";  // no counter is called so

// Octets. Where there is room for so much, a single entry does not fail for want of it.
constexpr std::size_t more_than_an_entry = 65'536;

void count(const Entry& entry, Counters::Increments& increments) {
  const auto& names = entry.counted;
  for (const auto* name : {&names.device, &names.address, &names.absent, &names.account}) {
    if (name->empty()) continue;
    auto& tally = increments[{*name, entry.event.at}];
    ++tally.attempts;
    if (entry.failure) ++tally.failures;
  }
  if (entry.failure) ++increments[{std::string(all_failures), entry.event.at}].failures;
}

void suspect(const Entry& entry, Suspects& suspects) {
  if (!entry.suspicious) return;
  suspects.any = true;
  const auto& event = entry.event;
  if (!event.account.empty()) suspects.accounts.insert(event.account);
  if (!event.fingerprint.empty() && !entry.used_by_many) {
    suspects.devices[event.fingerprint] = {entry.key_id, entry.other_fingerprints};
  }
  if (!event.network.empty()) suspects.networks.insert(event.network);
}

}  // namespace

Ledger::Ledger(Connection& connection, std::string holder)
    : connection_(connection), holder_(std::move(holder)), sessions_(connection), detection_(connection) {}

void Ledger::write_entries(const std::vector<Entry>& entries) {
  std::vector<BindingUse> uses;
  Counters::Increments increments;
  std::vector<Event> events;
  events.reserve(entries.size());
  for (const auto& entry : entries) {
    if (entry.move) MovedDevices(connection_).move(*entry.move, entry.event.at);
    if (entry.used_binding) uses.push_back({*entry.used_binding, entry.event.at, entry.event.peer});
    count(entry, increments);
    events.push_back(entry.event);
  }
  Bindings(connection_).touch(uses);
  Counters(connection_).add(increments);
  History(connection_).append(events);
}

std::vector<Alert> Ledger::write(const Batch& batch, Time now) {
  Transaction transaction(connection_);
  write_entries(batch.entries);
  sessions_.open(batch.opened, now + lease);
  sessions_.close(holder_, batch.closed);
  Suspects suspects;
  for (const auto& entry : batch.entries) suspect(entry, suspects);
  auto alerts = detection_.look(suspects, now);
  transaction.commit();
  return alerts;
}

// It leaves nothing behind, and is committed all the same: SQLite notices only then that the disk is full.
void Ledger::require_writable(Time now) {
  Entry blank;
  blank.event.at = now;
  blank.event.detail.assign(more_than_an_entry, ' ');
  blank.counted.device = blank_name;
  const OpenSession session{.holder = holder_, .number = 0, .opened = now};
  Transaction transaction(connection_);
  write_entries({blank});
  sessions_.open({session}, now);
  sessions_.close(holder_, {session.number});
  execute(connection_, "DELETE FROM event WHERE id = (SELECT max(id) FROM event)");
  Statement(connection_, "DELETE FROM counter WHERE name = :name").use(blank_name).execute();
  transaction.commit();
}

void Ledger::close_all() {
  sessions_.close_all(holder_);
}

void Ledger::tend(Time now) {
  Transaction transaction(connection_);
  sessions_.extend(holder_, now + lease);
  sessions_.purge(now - kept_after_lease);
  Restrictions(connection_).purge(now);
  Counters(connection_).purge(now);
  transaction.commit();
}

}  // namespace clientid
