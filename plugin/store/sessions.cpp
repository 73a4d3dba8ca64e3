#include "plugin/store/sessions.hpp"

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

std::vector<OpenSession> Sessions::list(Time now) {
  std::vector<OpenSession> sessions;
  OpenSession row;
  long long opened = 0;
  const long long at = to_seconds(now);
  Statement statement(connection_,
                      "SELECT holder, number, type, fingerprint, account, peer, network, opened FROM session"
                      " WHERE lease > :now ORDER BY opened, holder, number");
  statement.use(at)
      .into(row.holder, row.number, row.type, row.fingerprint, row.account, row.peer, row.network, opened)
      .for_each_row([&] {
        row.opened = from_seconds(opened);
        sessions.push_back(row);
      });
  return sessions;
}

void Sessions::purge(Time now) {
  const long long at = to_seconds(now);
  Statement(connection_, "DELETE FROM session WHERE lease <= :now").use(at).execute();
}

SessionCounter::SessionCounter(Connection& connection)
    : statement_(connection,
                 "SELECT count(*), count(CASE WHEN account = :account THEN 1 END),"
                 " count(CASE WHEN network NOT IN ('', :network) THEN 1 END) FROM session WHERE"
                 " fingerprint = :fingerprint AND lease > :now") {
  statement_.use(account_, network_, fingerprint_, at_).into(all_, on_account_, elsewhere_);
}

SessionCounts SessionCounter::count(const std::string& fingerprint, const std::string& account,
                                    const std::string& network, Time at) {
  fingerprint_ = fingerprint;
  account_ = account;
  network_ = network;
  at_ = to_seconds(at);
  all_ = on_account_ = elsewhere_ = 0;
  statement_.for_each_row([] {});
  return {.all = static_cast<unsigned>(all_),
          .on_account = static_cast<unsigned>(on_account_),
          .elsewhere = static_cast<unsigned>(elsewhere_)};
}

}  // namespace clientid
