// What was counted, held against what may be.
#pragma once

#include <string>

#include "plugin/policy/facts.hpp"

namespace clientid {

struct Limit {
  Tally counted;
  Rate attempts;
  Rate failures;

  bool reached() const {
    return (attempts.limits() && counted.attempts >= attempts.most) ||
           (failures.limits() && counted.failures >= failures.most);
  }

  // "failures: 3 of 20/10m"; empty without a limit.
  std::string text() const {
    std::string text;
    if (attempts.limits()) text = "attempts: " + std::to_string(counted.attempts) + " of " + to_string(attempts);
    if (!failures.limits()) return text;
    return text + (text.empty() ? "" : ", ") + "failures: " + std::to_string(counted.failures) + " of " +
           to_string(failures);
  }
};

}  // namespace clientid
