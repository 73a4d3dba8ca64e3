#include "plugin/store/sessions.hpp"

#include "plugin/store/statement.hpp"

namespace clientid {

void Sessions::open(const OpenSession& session, Time lease) {
  const long long opened = to_seconds(session.opened);
  const long long until = to_seconds(lease);
  Statement(connection_,
            "INSERT INTO session (holder, number, type, fingerprint, account, peer, network, opened, lease) VALUES"
            " (:holder, :number, :type, :fingerprint, :account, :peer, :network, :opened, :lease)")
      .use(session.holder, session.number, session.type, session.fingerprint, session.account, session.peer,
           session.network, opened, until)
      .execute();
}

void Sessions::close(const std::string& holder, long long number) {
  Statement(connection_, "DELETE FROM session WHERE holder = :holder AND number = :number")
      .use(holder, number)
      .execute();
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
