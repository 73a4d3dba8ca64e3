#include "plugin/store/counters.hpp"

#include "plugin/store/slices.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {
namespace {

constexpr std::chrono::hours longest_window{24};

struct CounterRow {
  std::string name;
  long long slice = 0;
  long long attempts = 0;
  long long failures = 0;
};

}  // namespace

void Counters::add(const Increments& increments) {
  CounterRow row;
  Statement statement(connection_,
                      "INSERT INTO counter (name, slice, attempts, failures) VALUES (:name, :slice, :attempts,"
                      " :failures) ON CONFLICT (name, slice) DO UPDATE SET"
                      " attempts = counter.attempts + excluded.attempts,"
                      " failures = counter.failures + excluded.failures");
  statement.use(row.name, row.slice, row.attempts, row.failures);
  for (const auto& [key, tally] : increments) {
    row = {key.first, slice_of(key.second), tally.attempts, tally.failures};
    statement.execute();
  }
}

void Counters::purge(Time now) {
  const long long oldest = slice_of(now - longest_window);
  // So far ahead, for a host whose clock is wrong must not take the counters of the others.
  const long long newest = slice_of(now + longest_window);
  Statement(connection_, "DELETE FROM counter WHERE slice < :oldest OR slice > :newest").use(oldest, newest).execute();
  long long rows = 0;
  Statement(connection_, "SELECT count(*) FROM counter").into(rows).for_each_row([] {});
  if (rows <= max_rows) return;
  const long long excess = rows - max_rows;
  Statement(connection_,
            "DELETE FROM counter WHERE slice <= (SELECT slice FROM counter ORDER BY slice LIMIT 1 OFFSET :excess)")
      .use(excess)
      .execute();
}

}  // namespace clientid
