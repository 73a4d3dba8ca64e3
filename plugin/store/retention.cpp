#include "plugin/store/retention.hpp"

#include "plugin/store/sessions.hpp"

namespace clientid {

Removed Retention::count() {
  Removed found;
  const long long at = to_seconds(now_);
  const long long oldest = to_seconds(oldest_);
  Statement(connection_, "SELECT count(*) FROM event WHERE at < :oldest").use(oldest).into(found.events).execute();
  Statement(connection_, "SELECT count(*) FROM restriction WHERE until <= :now")
      .use(at)
      .into(found.restrictions)
      .execute();
  Statement(connection_, "SELECT count(*) FROM session WHERE lease <= :now").use(at).into(found.sessions).execute();
  std::set<std::string> moves;
  while (auto some = useless_moves()) moves.merge(*some);
  looked_at_.clear();
  found.moves = static_cast<long long>(moves.size());
  return found;
}

std::optional<std::set<std::string>> Retention::useless_moves() {
  MovedDevices table(connection_);
  const auto some = table.moved_before(oldest_, looked_at_, batch);
  if (some.empty()) return std::nullopt;
  looked_at_ = some.back();
  return table.useless({some.begin(), some.end()}, {.account = {}, .events_before = oldest_, .ended_by = now_});
}

Removed Retention::remove_some() {
  auto removed = remove_ended();
  if (removed.any()) return removed;
  while (const auto useless = useless_moves()) {
    Transaction transaction(connection_);
    removed.moves = MovedDevices(connection_).remove(*useless);
    transaction.commit();
    if (removed.any()) break;
  }
  return removed;
}

Removed Retention::remove_ended() {
  const long long most = batch;
  const long long at = to_seconds(now_);
  const long long oldest = to_seconds(oldest_);
  Removed removed;
  Transaction transaction(connection_);
  removed.events = Statement(connection_,
                             "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE at < :oldest ORDER BY at"
                             " LIMIT :most)")
                       .use(oldest, most)
                       .execute();
  removed.restrictions = Statement(connection_,
                                   "DELETE FROM restriction WHERE id IN (SELECT id FROM restriction WHERE"
                                   " until <= :now LIMIT :most)")
                             .use(at, most)
                             .execute();
  removed.sessions = Sessions(connection_).purge(now_);
  transaction.commit();
  return removed;
}

}  // namespace clientid
