#include "plugin/store/statistics.hpp"

#include <algorithm>
#include <map>

#include "plugin/store/binding_row.hpp"
#include "plugin/store/clock_tolerance.hpp"
#include "plugin/store/session_list.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {
namespace {

constexpr const char* refused = "outcome IN ('refused', 'failed')";

class Tallies {
 public:
  void add(const std::string& name, long long count) {
    if (!name.empty()) counts_[name] += count;
  }

  Counted sorted() const {
    Counted all(counts_.begin(), counts_.end());
    const auto more = [](const auto& one, const auto& other) { return one.second > other.second; };
    std::stable_sort(all.begin(), all.end(), more);
    return all;
  }

 private:
  std::map<std::string, long long> counts_;
};

}  // namespace

Statistics::Statistics(Connection& connection, std::string scope, Time now)
    : connection_(connection), scope_(std::move(scope)), now_(now) {}

void Statistics::limit_to_scope(Where& where) const {
  if (scope_.empty()) return;
  if (scope_.front() != '@') {
    where.add("account = :account", scope_);
    return;
  }
  const auto before = std::to_string(scope_.size() - 1);
  where.add("substr(account, length(account) - " + before + ") = :domain", scope_);
}

BindingNumbers Statistics::bindings() {
  BindingNumbers numbers;
  Tallies states;
  Tallies types;
  const long long at = to_seconds(now_);
  std::string state;
  std::string type;
  long long count = 0;
  long long expired = 0;
  Where where;
  where.add("account <> :licence", std::string("*"));
  limit_to_scope(where);
  Statement by_state(connection_, "SELECT " + state_in_force_column(":resumed") +
                                      ", type, count(*), count(CASE WHEN expires <= :now THEN 1 END) FROM binding" +
                                      where.text() + " GROUP BY 1, 2");
  by_state.use(at, at);
  where.bind(by_state);
  by_state.into(state, type, count, expired).for_each_row([&] {
    states.add(state, count);
    types.add(type, count);
    numbers.expired += expired;
  });
  Statement accounts(connection_, "SELECT count(DISTINCT account) FROM binding" + where.text());
  where.bind(accounts);
  accounts.into(numbers.accounts).for_each_row([] {});
  numbers.states = states.sorted();
  numbers.types = types.sorted();
  return numbers;
}

long long Statistics::licences() {
  long long count = 0;
  Statement(connection_, "SELECT count(*) FROM binding WHERE account = '*'").into(count).for_each_row([] {});
  return count;
}

SessionNumbers Statistics::sessions() {
  SessionNumbers numbers;
  Where where;
  add_open_sessions(where, now_);
  limit_to_scope(where);
  Statement statement(connection_, "SELECT count(*), count(DISTINCT fingerprint) FROM session" + where.text());
  where.bind(statement);
  statement.into(numbers.open, numbers.devices).for_each_row([] {});
  return numbers;
}

std::vector<RestrictionNumber> Statistics::restrictions() {
  std::vector<RestrictionNumber> numbers;
  RestrictionNumber row;
  Where where;
  where.add("(until IS NULL OR until > :now)", to_seconds(now_));
  where.add("(created_by <> 'detection' OR created <= :latest)", to_seconds(now_ + clock_tolerance));
  if (!scope_.empty()) where.add("kind = :kind", std::string("account"));
  limit_to_scope(where);
  Statement statement(
      connection_,
      "SELECT effect, kind, count(*) FROM (SELECT effect, kind, until, created, created_by, subject AS account FROM"
      " restriction) AS restricted" +
          where.text() + " GROUP BY effect, kind ORDER BY effect, kind");
  where.bind(statement);
  statement.into(row.effect, row.kind, row.count).for_each_row([&] { numbers.push_back(row); });
  return numbers;
}

Where Statistics::attempts_since(Time since) const {
  Where where;
  where.add("at >= :since", to_seconds(since));
  where.add("outcome <> :changed", std::string("changed"));
  limit_to_scope(where);
  return where;
}

AttemptNumbers Statistics::attempts(Time since) {
  AttemptNumbers numbers;
  Tallies outcomes;
  Tallies verdicts;
  Tallies reasons;
  std::string outcome;
  std::string verdict;
  std::string reason;
  long long count = 0;
  auto where = attempts_since(since);
  Statement statement(connection_, "SELECT outcome, verdict, reason, count(*) FROM event" + where.text() +
                                       " GROUP BY outcome, verdict, reason");
  where.bind(statement);
  statement.into(outcome, verdict, reason, count).for_each_row([&] {
    numbers.all += count;
    outcomes.add(outcome, count);
    verdicts.add(verdict, count);
    if (outcome == "refused") reasons.add(reason, count);
  });
  numbers.outcomes = outcomes.sorted();
  numbers.verdicts = verdicts.sorted();
  numbers.reasons = reasons.sorted();
  return numbers;
}

Counted Statistics::most_refused(const std::string& column, Time since) {
  Counted most;
  std::string name;
  long long count = 0;
  auto where = attempts_since(since);
  // By an expression, for by the bare column SQLite would take its index and go through all that ever happened.
  Statement statement(connection_, "SELECT name, count(*) FROM (SELECT " + column + " || '' AS name FROM event" +
                                       where.text() + " AND " + refused + " AND " + column +
                                       " <> '') AS refused GROUP BY name ORDER BY 2 DESC, 1 LIMIT 10");
  where.bind(statement);
  statement.into(name, count).for_each_row([&] { most.emplace_back(name, count); });
  return most;
}

std::array<Hour, Statistics::hours> Statistics::day() {
  constexpr std::chrono::hours hour{1};
  const Time first = std::chrono::floor<std::chrono::hours>(now_) - hour * (hours - 1);
  std::array<Hour, hours> day;
  for (std::size_t i = 0; i < hours; ++i) day.at(i).start = first + hour * i;

  const long long start = to_seconds(first);
  long long number = 0;
  Hour row;
  auto where = attempts_since(first);
  Statement statement(connection_, "SELECT (at - :start) / 3600, count(*), count(CASE WHEN " + std::string(refused) +
                                       " THEN 1 END) FROM event" + where.text() + " GROUP BY 1");
  statement.use(start);
  where.bind(statement);
  statement.into(number, row.attempts, row.refused).for_each_row([&] {
    // Another host's clock may be ahead.
    auto& counted = day.at(std::min(static_cast<std::size_t>(number), hours - 1));
    counted.attempts += row.attempts;
    counted.refused += row.refused;
  });
  return day;
}

}  // namespace clientid
