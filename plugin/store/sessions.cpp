#include "plugin/store/sessions.hpp"

#include "plugin/store/statement.hpp"

namespace clientid {

void Sessions::open(const std::vector<OpenSession>& sessions, Time lease) {
  if (sessions.empty()) return;
  OpenSession row;
  long long opened = 0;
  const long long until = to_seconds(lease);
  Statement statement(connection_,
                      "INSERT INTO session (holder, number, type, fingerprint, account, peer, network, opened, lease)"
                      " VALUES (:holder, :number, :type, :fingerprint, :account, :peer, :network, :opened, :lease)"
                      " ON CONFLICT (holder, number) DO NOTHING");
  statement.use(row.holder, row.number, row.type, row.fingerprint, row.account, row.peer, row.network, opened, until);
  for (const auto& session : sessions) {
    row = session;
    opened = to_seconds(session.opened);
    statement.execute();
  }
}

void Sessions::close(const std::string& holder, const std::vector<long long>& numbers) {
  if (numbers.empty()) return;
  long long number = 0;
  Statement statement(connection_, "DELETE FROM session WHERE holder = :holder AND number = :number");
  statement.use(holder, number);
  for (const auto each : numbers) {
    number = each;
    statement.execute();
  }
}

void Sessions::extend(const std::string& holder, Time lease) {
  const long long until = to_seconds(lease);
  Statement(connection_, "UPDATE session SET lease = :lease WHERE holder = :holder").use(until, holder).execute();
}

void Sessions::close_all(const std::string& holder) {
  Statement(connection_, "DELETE FROM session WHERE holder = :holder").use(holder).execute();
}

long long Sessions::purge(Time now) {
  const long long at = to_seconds(now);
  return Statement(connection_, "DELETE FROM session WHERE lease <= :now").use(at).execute();
}

}  // namespace clientid
