#include "plugin/store/key_usage.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "plugin/store/binding_row.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {

std::uint64_t total(const BindingCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::uint64_t KeyUsage::devices() const {
  return total(bindings) + total(licences);
}

std::map<std::string, KeyUsage> key_usage(Connection& connection, Time now) {
  std::map<std::string, KeyUsage> usage;
  const long long at = to_seconds(now);
  std::string key;
  std::string state;
  long long licence = 0;
  long long count = 0;
  Statement(connection, "SELECT key_id, " + state_in_force_column(":at") +
                            ", CASE WHEN account = '*' THEN 1 ELSE 0 END AS licence, count(*) FROM binding"
                            " GROUP BY key_id, in_force, licence")
      .use(at)
      .into(key, state, licence, count)
      .for_each_row([&] {
        auto& counts = licence != 0 ? usage[key].licences : usage[key].bindings;
        const auto known = parse_binding_state(state);
        if (known) counts.at(static_cast<std::size_t>(*known)) = static_cast<std::uint64_t>(count);
      });
  Statement(connection,
            "SELECT key_id, count(*) FROM restriction WHERE kind = 'device' AND (until IS NULL OR until > :at)"
            " GROUP BY key_id")
      .use(at)
      .into(key, count)
      .for_each_row([&] { usage[key].blocks = static_cast<std::uint64_t>(count); });
  Statement(connection, "SELECT former_key, max(at) FROM moved_device GROUP BY former_key")
      .into(key, count)
      .for_each_row([&] { usage[key].last_moved = from_seconds(count); });
  return usage;
}

long long highest_key(Connection& connection) {
  long long highest = 0;
  std::string key;
  Statement(connection,
            "SELECT key_id FROM binding UNION SELECT former_key FROM moved_device UNION SELECT key_id FROM moved_device"
            " UNION SELECT key_id FROM restriction WHERE key_id <> ''")
      .into(key)
      .for_each_row([&] { highest = std::max(highest, std::strtoll(key.c_str(), nullptr, 10)); });
  return highest;
}

}  // namespace clientid
