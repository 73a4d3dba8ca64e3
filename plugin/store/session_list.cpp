#include "plugin/store/session_list.hpp"

#include "plugin/store/session_lease.hpp"
#include "plugin/store/statement.hpp"
#include "plugin/store/where.hpp"

namespace clientid {

void add_open_sessions(Where& where, Time now) {
  where.add("lease > :now", to_seconds(now));
  where.add("lease <= :latest", to_seconds(latest_lease(now)));
}

std::vector<ListedSession> list_sessions(Connection& connection, const std::optional<std::string>& account, Time now) {
  Where where;
  add_open_sessions(where, now);
  if (account) where.add("session.account = :account", *account);

  std::vector<ListedSession> found;
  OpenSession row;
  long long opened = 0;
  long long binding = 0;
  std::string label;
  Statement statement(
      connection,
      "SELECT session.holder, session.number, session.type, session.fingerprint, session.account, session.peer,"
      " session.network, session.opened, coalesce(own.id, licence.id, 0), coalesce(own.label, licence.label, '')"
      " FROM session LEFT JOIN binding AS own ON own.account = session.account AND own.type = session.type AND"
      " own.fingerprint = session.fingerprint LEFT JOIN binding AS licence ON licence.account = '*' AND"
      " licence.type = session.type AND licence.fingerprint = session.fingerprint" +
          where.text() +
          " ORDER BY session.account, session.type, session.fingerprint, session.opened, session.holder,"
          " session.number");
  where.bind(statement);
  statement
      .into(row.holder, row.number, row.type, row.fingerprint, row.account, row.peer, row.network, opened, binding,
            label)
      .for_each_row([&] {
        row.opened = from_seconds(opened);
        found.push_back({row, binding == 0 ? std::optional<std::int64_t>() : binding, label});
      });
  return found;
}

}  // namespace clientid
