#include "plugin/store/tally_reader.hpp"

#include <algorithm>

#include "plugin/store/clock_tolerance.hpp"
#include "plugin/store/slices.hpp"

namespace clientid {

TallyReader::TallyReader(Connection& connection, std::size_t names)
    : names_(names),
      statement_(connection,
                 "SELECT coalesce(sum(CASE WHEN slice >= :attempts_since THEN attempts END), 0),"
                 " coalesce(sum(CASE WHEN slice >= :failures_since THEN failures END), 0)"
                 " FROM counter WHERE " +
                     names_.condition("name", "name") + " AND slice >= :since AND slice <= :latest") {
  statement_.use(attempts_since_, failures_since_);
  names_.bind(statement_);
  statement_.use(since_, latest_).into(attempts_, failures_);
}

Tally TallyReader::read(const std::string& name, const Rate& attempts, const Rate& failures, Time at) {
  return read(std::vector{name}, attempts, failures, at);
}

Tally TallyReader::read(const std::vector<std::string>& names, const Rate& attempts, const Rate& failures, Time at) {
  if (names.front().empty() || (!attempts.limits() && !failures.limits())) return {};
  names_.set(names);
  attempts_since_ = slice_of(at - attempts.window);
  failures_since_ = slice_of(at - failures.window);
  since_ = std::min(attempts_since_, failures_since_);
  latest_ = slice_of(at + clock_tolerance);
  attempts_ = failures_ = 0;
  statement_.for_each_row([] {});
  return {.attempts = static_cast<unsigned>(attempts_), .failures = static_cast<unsigned>(failures_)};
}

}  // namespace clientid
