#include "plugin/store/bindings.hpp"

#include <algorithm>
#include <utility>

#include "plugin/store/binding_row.hpp"
#include "plugin/store/device_counts.hpp"
#include "plugin/store/where.hpp"

namespace clientid {
namespace {

std::vector<Binding> select(Connection& connection, Where& where) {
  std::vector<Binding> found;
  BindingRow row;
  Statement statement(
      connection,
      "SELECT " + std::string(BindingRow::columns) + " FROM binding" + where.text() + " ORDER BY account, id",
      Statement::Kind::once);
  row.bind_into(statement);
  where.bind(statement);
  statement.for_each_row([&] { found.push_back(row.to_binding(connection)); });
  return found;
}

std::optional<Binding> select_one(Connection& connection, Where& where) {
  auto found = select(connection, where);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

// "UPDATE binding SET `assignments` WHERE id": true if there is such a row.
template <typename... Values>
bool update(Connection& connection, const std::string& assignments, std::int64_t id, Values&... values) {
  const long long key = id;
  Statement statement(connection, "UPDATE binding SET " + assignments + " WHERE id = :id", Statement::Kind::once);
  return statement.use(values..., key).execute() > 0;
}

}  // namespace

std::vector<Binding> Bindings::list(const BindingFilter& filter) {
  Where where;
  if (filter.account) where.add("account = :account", *filter.account);
  if (filter.state) where.add("state = :state", std::string(name(*filter.state)));
  if (filter.type) where.add("type = :type", *filter.type);
  if (filter.fingerprint_prefix) where.add_prefix("fingerprint", *filter.fingerprint_prefix);
  if (!filter.fingerprints.empty()) where.add_any("fingerprint", filter.fingerprints);
  if (filter.key_id) where.add("key_id = :key", *filter.key_id);
  if (filter.unused_since) where.add("coalesce(last_seen, created) < :since", to_seconds(*filter.unused_since));
  return select(connection_, where);
}

bool Bindings::any() {
  long long found = 0;
  Statement(connection_, "SELECT count(*) FROM (SELECT id FROM binding LIMIT 1) AS one", Statement::Kind::once)
      .into(found)
      .for_each_row([] {});
  return found != 0;
}

// A server would give up one statement for all of them, and what is written could not be tidied up beside it.
BindingCounts Bindings::count(Time at) {
  constexpr long long part = 100'000;
  BindingCounts counts{};
  const long long seconds = to_seconds(at);
  long long first = 0;
  long long last = 0;
  std::string state;
  long long bindings = 0;
  Statement next(connection_, "SELECT coalesce(min(id), 0) FROM binding WHERE id > :last");
  next.use(last).into(first);
  Statement statement(connection_, "SELECT " + state_in_force_column(":at") +
                                       ", count(*) FROM binding WHERE id BETWEEN :first AND :last GROUP BY in_force");
  statement.use(seconds, first, last).into(state, bindings);
  for (;;) {
    next.for_each_row([] {});
    if (first == 0) return counts;
    last = first + part - 1;
    statement.for_each_row([&] {
      const auto known = parse_binding_state(state);
      if (known) counts[static_cast<std::size_t>(*known)] += static_cast<std::uint64_t>(bindings);
    });
  }
}

std::optional<Binding> Bindings::get(std::int64_t id) {
  Where where;
  where.add("id = :id", id);
  return select_one(connection_, where);
}

std::optional<Binding> Bindings::find(const std::string& account, const Device& device, Time at) {
  Where where;
  where.add("account = :account", account);
  where.add("type = :type", device.type);
  where.add_any("fingerprint", fingerprints_of(device));
  auto found = select(connection_, where);
  const auto counts = std::ranges::min_element(
      found, [&](const auto& one, const auto& other) { return counts_before(one, other, at); });
  return counts == found.end() ? std::nullopt : std::optional(std::move(*counts));
}

std::optional<std::int64_t> Bindings::insert(const Binding& binding) {
  BindingRow row(binding);
  std::optional<std::int64_t> inserted;
  long long id = 0;
  Statement statement(connection_,
                      "INSERT INTO binding (account, type, fingerprint, key_id, state, label, created, created_by,"
                      " expires, suspended_until, last_peer, uses) VALUES (:account, :type, :fingerprint, :key_id,"
                      " :state, :label, :created, :created_by, :expires, :suspended_until, '', 0)"
                      " ON CONFLICT (account, type, fingerprint) DO NOTHING RETURNING id",
                      Statement::Kind::once);
  statement
      .use(row.account, row.type, row.fingerprint, row.key_id, row.state, row.label, row.created, row.created_by,
           row.expires, row.suspended_until)
      .into(id)
      .for_each_row([&] { inserted = id; });
  return inserted;
}

Enrolment Bindings::enrol(const Binding& binding, unsigned at_most, const std::vector<OtherFingerprint>& others) {
  const Device device{.type = binding.type, .fingerprint = binding.fingerprint, .others = others};
  Transaction transaction(connection_);
  if (find(binding.account, device, binding.created)) return Enrolment::present;
  const auto devices = DeviceCounter(connection_, Statement::Kind::once).count(binding.account, binding.created);
  const auto taken = binding.state == BindingState::pending ? devices.pending : devices.active;
  if (taken >= at_most) return Enrolment::full;
  insert(binding);
  transaction.commit();
  return Enrolment::done;
}

bool Bindings::set_state(std::int64_t id, BindingState state, std::optional<Time> suspended_until) {
  const std::string text(name(state));
  NullableTime until(suspended_until);
  return update(connection_, "state = :state, suspended_until = :until", id, text, until);
}

bool Bindings::set_label(std::int64_t id, const std::string& label) {
  return update(connection_, "label = :label", id, label);
}

bool Bindings::set_expiry(std::int64_t id, std::optional<Time> expires) {
  NullableTime time(expires);
  return update(connection_, "expires = :expires", id, time);
}

bool Bindings::remove(std::int64_t id) {
  const long long key = id;
  return Statement(connection_, "DELETE FROM binding WHERE id = :id").use(key).execute() > 0;
}

void Bindings::touch(const std::vector<BindingUse>& uses) {
  if (uses.empty()) return;
  long long id = 0;
  long long at = 0;
  std::string peer;
  Statement statement(connection_,
                      "UPDATE binding SET last_seen = :at, last_peer = :peer, uses = uses + 1 WHERE id = :id");
  statement.use(at, peer, id);
  for (const auto& use : uses) {
    id = use.id;
    at = to_seconds(use.at);
    peer = use.peer;
    statement.execute();
  }
}

}  // namespace clientid
