#include "plugin/store/oddities.hpp"

#include "plugin/store/statement.hpp"

namespace clientid {

std::optional<Time> Oddities::newest() {
  long long at = 0;
  Statement(connection_,
            "SELECT MAX(at) FROM (SELECT COALESCE(MAX(at), 0) AS at FROM event"
            " UNION ALL SELECT COALESCE(MAX(created), 0) FROM binding"
            " UNION ALL SELECT COALESCE(MAX(last_seen), 0) FROM binding) AS happened")
      .into(at)
      .for_each_row([] {});
  if (at == 0) return std::nullopt;
  return from_seconds(at);
}

long long Oddities::levels_with(const std::string& name, const std::string& value) {
  long long count = 0;
  Statement(connection_, "SELECT COUNT(*) FROM account WHERE name = :name AND value = :value")
      .use(name, value)
      .into(count)
      .for_each_row([] {});
  return count;
}

}  // namespace clientid
