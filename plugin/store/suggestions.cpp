#include "plugin/store/suggestions.hpp"

#include "plugin/store/statement.hpp"
#include "plugin/store/where.hpp"

namespace clientid {

std::vector<std::string> Suggestions::accounts(std::string_view beginning) {
  const std::string low(beginning);
  const std::string high = low + "\x7f";  // above all that an account is made of
  const long long at_most = most;
  std::string account;
  std::vector<std::string> found;
  Statement(connection_,
            "SELECT DISTINCT account FROM binding WHERE account >= :low AND account < :high AND account <> '*'"
            " ORDER BY account LIMIT :most")
      .use(low, high, at_most)
      .into(account)
      .for_each_row([&] { found.push_back(account); });
  return found;
}

std::vector<SuggestedBinding> Suggestions::bindings(std::string_view beginning, std::optional<BindingState> state) {
  Where where;
  where.add("substr(CAST(id AS TEXT), 1, " + std::to_string(beginning.size()) + ") = :beginning",
            std::string(beginning));
  if (state) where.add("state = :state", std::string(name(*state)));
  const long long at_most = most;
  long long id = 0;
  SuggestedBinding row;
  std::vector<SuggestedBinding> found;
  Statement statement(connection_,
                      "SELECT id, account, type, label FROM binding" + where.text() + " ORDER BY id DESC LIMIT :most");
  where.bind(statement);
  statement.use(at_most).into(id, row.account, row.type, row.label).for_each_row([&] {
    row.id = id;
    found.push_back(row);
  });
  return found;
}

std::vector<std::string> Suggestions::types() {
  const long long at_most = most;
  std::string type;
  std::vector<std::string> found;
  Statement(connection_, "SELECT DISTINCT type FROM binding ORDER BY type LIMIT :most")
      .use(at_most)
      .into(type)
      .for_each_row([&] { found.push_back(type); });
  return found;
}

}  // namespace clientid
