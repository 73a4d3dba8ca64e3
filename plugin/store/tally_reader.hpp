// What was counted under a name within the windows of its limits, in one statement that stays prepared.
#pragma once

#include <string>
#include <vector>

#include "plugin/policy/facts.hpp"
#include "plugin/store/any_of.hpp"

namespace clientid {

class TallyReader {
 public:
  // `names`: how many an attempt is counted under, at most.
  explicit TallyReader(Connection& connection, std::size_t names = 1);

  // Where neither limits, nothing is read. The windows end now, but for clock_tolerance, and reach back as far as they
  // say, and up to one slice of 10 seconds more.
  Tally read(const std::string& name, const Rate& attempts, const Rate& failures, Time at);
  // Under all of these names together.
  Tally read(const std::vector<std::string>& names, const Rate& attempts, const Rate& failures, Time at);

 private:
  AnyOf names_;
  long long since_ = 0;
  long long latest_ = 0;
  long long attempts_since_ = 0;
  long long failures_since_ = 0;
  long long attempts_ = 0;
  long long failures_ = 0;
  Statement statement_;
};

}  // namespace clientid
