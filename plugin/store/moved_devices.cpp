#include "plugin/store/moved_devices.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "plugin/store/statement.hpp"

namespace clientid {

long long MovedDevices::move_from(const OtherFingerprint& former, const DeviceMove& move) {
  const auto before = former.fingerprint.hex();
  const auto bindings =
      Statement(connection_,
                "UPDATE binding SET fingerprint = :now, key_id = :key WHERE fingerprint = :before AND NOT EXISTS"
                " (SELECT 1 FROM binding AS other WHERE other.account = binding.account AND other.type = binding.type"
                " AND other.fingerprint = :now_too)",
                Statement::Kind::once)
          .use(move.fingerprint, move.key_id, before, move.fingerprint)
          .execute();
  const auto blocks =
      Statement(connection_,
                "UPDATE restriction SET subject = :now, key_id = :key WHERE kind = 'device' AND subject = :before AND"
                " NOT EXISTS (SELECT 1 FROM restriction AS other WHERE other.kind = 'device' AND"
                " other.effect = restriction.effect AND other.subject = :now_too)",
                Statement::Kind::once)
          .use(move.fingerprint, move.key_id, before, move.fingerprint)
          .execute();
  Statement(connection_, "UPDATE session SET fingerprint = :now WHERE fingerprint = :before", Statement::Kind::once)
      .use(move.fingerprint, before)
      .execute();
  return bindings + blocks;
}

void MovedDevices::move(const DeviceMove& move, Time at) {
  for (const auto& former : move.from) {
    if (move_from(former, move) == 0) continue;
    put({former.fingerprint.hex(), former.key_id, move.fingerprint, move.key_id, at});
  }
}

void MovedDevices::put(const MovedDevice& moved) {
  const long long at = to_seconds(moved.at);
  Statement(connection_,
            "INSERT INTO moved_device (former, former_key, fingerprint, key_id, at) VALUES (:former, :former_key,"
            " :fingerprint, :key_id, :at) ON CONFLICT (former) DO UPDATE SET fingerprint = excluded.fingerprint,"
            " key_id = excluded.key_id, at = excluded.at",
            Statement::Kind::once)
      .use(moved.former, moved.former_key, moved.fingerprint, moved.key_id, at)
      .execute();
}

void MovedDevices::list(const std::optional<std::string>& account,
                        const std::function<void(const MovedDevice&)>& take) {
  Where where;
  if (account) where.add("fingerprint IN (SELECT fingerprint FROM binding WHERE account = :account)", *account);
  each_of(where, take);
}

std::optional<MovedDevice> MovedDevices::find(const std::string& former) {
  Where where;
  where.add("former = :former", former);
  std::optional<MovedDevice> found;
  each_of(where, [&](const MovedDevice& moved) { found = moved; });
  return found;
}

void MovedDevices::each_of(Where& where, const std::function<void(const MovedDevice&)>& take) {
  MovedDevice row;
  long long at = 0;
  Statement statement(connection_, "SELECT former, former_key, fingerprint, key_id, at FROM moved_device" +
                                       where.text() + " ORDER BY former");
  statement.into(row.former, row.former_key, row.fingerprint, row.key_id, at);
  where.bind(statement);
  statement.for_each_row([&] {
    row.at = from_seconds(at);
    take(row);
  });
}

std::set<std::string> MovedDevices::all_names(std::set<std::string> fingerprints) {
  std::string asked;
  std::string found;
  Statement statement(connection_,
                      "SELECT fingerprint FROM moved_device WHERE former = :asked UNION ALL"
                      " SELECT former FROM moved_device WHERE fingerprint = :asked_too");
  statement.use(asked, asked).into(found);
  std::vector<std::string> open(fingerprints.begin(), fingerprints.end());
  while (!open.empty()) {
    asked = std::move(open.back());
    open.pop_back();
    statement.for_each_row([&] {
      if (fingerprints.insert(found).second) open.push_back(found);
    });
  }
  return fingerprints;
}

std::string MovedDevices::newest(std::string fingerprint) {
  std::string next;
  Statement statement(connection_, "SELECT fingerprint FROM moved_device WHERE former = :former");
  statement.use(fingerprint).into(next);
  // Each step leads to a newer key, unless ids of keys were changed by hand; then it ends all the same.
  std::set<std::string> seen;
  while (seen.insert(fingerprint).second) {
    statement.for_each_row([&] { fingerprint = next; });
  }
  return fingerprint;
}

std::vector<std::string> MovedDevices::moved_before(Time then, const std::string& behind, long long most) {
  const long long at = to_seconds(then);
  std::string former;
  std::vector<std::string> found;
  Statement(connection_,
            "SELECT former FROM moved_device WHERE former > :behind AND at < :then ORDER BY former LIMIT :most")
      .use(behind, at, most)
      .into(former)
      .for_each_row([&] { found.push_back(former); });
  return found;
}

std::set<std::string> MovedDevices::of_account(const std::string& account) {
  std::string former;
  std::set<std::string> found;
  for (const auto* column : {"former", "fingerprint"}) {
    Statement(connection_, std::string("SELECT former FROM moved_device WHERE ") + column +
                               " IN (SELECT fingerprint FROM binding WHERE account = :account UNION"
                               " SELECT fingerprint FROM event WHERE account = :account_too)")
        .use(account, account)
        .into(former)
        .for_each_row([&] { found.insert(former); });
  }
  return found;
}

bool MovedDevices::stands_in(const std::string& table, Where& where) {
  long long one = 0;
  bool found = false;
  Statement statement(connection_, "SELECT 1 FROM " + table + where.text() + " LIMIT 1");
  statement.into(one);
  where.bind(statement);
  statement.for_each_row([&] { found = true; });
  return found;
}

bool MovedDevices::is_known(const std::string& fingerprint, const Leaving& leaving) {
  Where block;
  block.add("kind = :kind", std::string("device"));
  block.add("subject = :subject", fingerprint);
  if (leaving.ended_by) block.add("(until IS NULL OR until > :now)", to_seconds(*leaving.ended_by));
  Where binding;
  binding.add("fingerprint = :fingerprint", fingerprint);
  if (leaving.account) binding.add("account <> :account", *leaving.account);
  Where event = binding;
  if (leaving.events_before) event.add("at >= :then", to_seconds(*leaving.events_before));
  Where session = binding;
  if (leaving.ended_by) session.add("lease > :now", to_seconds(*leaving.ended_by));
  return stands_in("binding", binding) || stands_in("event", event) || stands_in("session", session) ||
         stands_in("restriction", block);
}

std::set<std::string> MovedDevices::useless(const std::set<std::string>& former, const Leaving& leaving) {
  std::set<std::string> seen;
  std::set<std::string> found;
  for (const auto& each : former) {
    if (seen.contains(each)) continue;
    const auto device = all_names({each});
    seen.insert(device.begin(), device.end());
    if (std::any_of(device.begin(), device.end(), [&](const auto& name) { return is_known(name, leaving); })) continue;
    std::copy_if(device.begin(), device.end(), std::inserter(found, found.end()),
                 [&](const auto& name) { return find(name).has_value(); });
  }
  return found;
}

long long MovedDevices::remove(const std::set<std::string>& former) {
  long long removed = 0;
  std::string name;
  Statement statement(connection_, "DELETE FROM moved_device WHERE former = :former");
  statement.use(name);
  for (const auto& each : former) {
    name = each;
    removed += statement.execute();
  }
  return removed;
}

std::set<std::string> MovedDevices::find_all(const std::string& prefix, long long most) {
  const std::string above = prefix + "g";  // behind every digit
  std::string fingerprint;
  std::set<std::string> found;
  Statement(connection_,
            "SELECT former FROM moved_device WHERE former >= :a AND former < :b UNION SELECT fingerprint FROM"
            " moved_device WHERE fingerprint >= :c AND fingerprint < :d LIMIT :most")
      .use(prefix, above, prefix, above, most)
      .into(fingerprint)
      .for_each_row([&] { found.insert(fingerprint); });
  return found;
}

}  // namespace clientid
