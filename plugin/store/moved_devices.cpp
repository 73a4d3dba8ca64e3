#include "plugin/store/moved_devices.hpp"

#include <utility>

#include "plugin/store/statement.hpp"

namespace clientid {

long long MovedDevices::move_from(const OtherFingerprint& former, const DeviceMove& move) {
  const auto before = former.fingerprint.hex();
  const auto bindings =
      Statement(connection_,
                "UPDATE binding SET fingerprint = :now, key_id = :key WHERE fingerprint = :before AND NOT EXISTS"
                " (SELECT 1 FROM binding AS other WHERE other.account = binding.account AND other.type = binding.type"
                " AND other.fingerprint = :now_too)")
          .use(move.fingerprint, move.key_id, before, move.fingerprint)
          .execute();
  const auto blocks =
      Statement(connection_,
                "UPDATE restriction SET subject = :now, key_id = :key WHERE kind = 'device' AND subject = :before AND"
                " NOT EXISTS (SELECT 1 FROM restriction AS other WHERE other.kind = 'device' AND"
                " other.effect = restriction.effect AND other.subject = :now_too)")
          .use(move.fingerprint, move.key_id, before, move.fingerprint)
          .execute();
  Statement(connection_, "UPDATE session SET fingerprint = :now WHERE fingerprint = :before")
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
            " key_id = excluded.key_id, at = excluded.at")
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
