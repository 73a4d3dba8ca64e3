#include "plugin/store/retention.hpp"

#include "plugin/store/sessions.hpp"

namespace clientid {

Removed Retention::count() {
  Removed found;
  const long long at = to_seconds(now_);
  Statement(connection_, "SELECT count(*) FROM event WHERE at < :oldest").use(oldest_).into(found.events).execute();
  Statement(connection_, "SELECT count(*) FROM restriction WHERE until <= :now")
      .use(at)
      .into(found.restrictions)
      .execute();
  Statement(connection_, "SELECT count(*) FROM session WHERE lease <= :now").use(at).into(found.sessions).execute();
  return found;
}

Removed Retention::remove_some() {
  const long long most = batch;
  const long long at = to_seconds(now_);
  Removed removed;
  Transaction transaction(connection_);
  removed.events = Statement(connection_,
                             "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE at < :oldest ORDER BY at"
                             " LIMIT :most)")
                       .use(oldest_, most)
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
