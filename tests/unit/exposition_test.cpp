#include "shim/ops/exposition.hpp"

#include <doctest/doctest.h>

#include <string>

#include "plugin/store/bindings.hpp"
#include "shim/ops/metrics.hpp"

using namespace clientid;
using namespace std::chrono_literals;

TEST_CASE("a metric is its help, its type and its samples") {
  Exposition text;
  text.counter("seen_total", "What was seen.").sample({{"kind", "a"}, {"size", "b"}}, 7).sample({{"kind", "c"}}, 0);
  text.gauge("open", "What is open.").sample(18446744073709551615U);
  CHECK(text.text() ==
        "# HELP seen_total What was seen.\n# TYPE seen_total counter\n"
        "seen_total{kind=\"a\",size=\"b\"} 7\nseen_total{kind=\"c\"} 0\n"
        "# HELP open What is open.\n# TYPE open gauge\nopen 18446744073709551615\n");
}

TEST_CASE("a histogram counts what is not longer than its bounds") {
  Histogram histogram;
  for (const auto duration : {1ms, 2ms, 250ms}) histogram.observe(duration);
  histogram.observe(2min);
  Exposition text;
  text.histogram("taken_seconds", "How long.", histogram);
  CHECK(
      text.text().starts_with("# HELP taken_seconds How long.\n# TYPE taken_seconds histogram\n"
                              "taken_seconds_bucket{le=\"0.001\"} 1\ntaken_seconds_bucket{le=\"0.0025\"} 2\n"
                              "taken_seconds_bucket{le=\"0.005\"} 2\n"));
  CHECK(text.text().find("{le=\"0.1\"} 2\ntaken_seconds_bucket{le=\"0.25\"} 3\n") != std::string::npos);
  CHECK(
      text.text().ends_with("taken_seconds_bucket{le=\"60\"} 3\ntaken_seconds_bucket{le=\"+Inf\"} 4\n"
                            "taken_seconds_sum 120.253\ntaken_seconds_count 4\n"));
}

TEST_CASE("every verdict, outcome and state has a place, and none is behind the last one") {
  Metrics counted;
  for (std::size_t i = 0; i < counted.verdicts.size(); ++i) CHECK_FALSE(name(static_cast<Reason>(i)).empty());
  CHECK(name(static_cast<Reason>(counted.verdicts.size())).empty());
  const auto decisions = counted.questions.size;
  for (std::size_t i = 0; i < decisions; ++i) CHECK_FALSE(name(static_cast<Decision>(i)).empty());
  CHECK(name(static_cast<Decision>(decisions)).empty());
  CHECK(name(static_cast<Outcome>(counted.outcomes.size)).empty());
  CHECK(name(static_cast<BindingState>(BindingCounts().size())).empty());
}

TEST_CASE("a verdict is counted by its decision and its reason") {
  Metrics counted;
  counted.count({Decision::refuse, Reason::unbound, false});
  counted.count({Decision::allow, Reason::unbound, true});
  counted.count({Decision::refuse, Reason::unbound, false});
  Exposition text;
  expose(counted, text);
  CHECK(text.text().find("clientid_auth_verdicts_total{verdict=\"refuse\",reason=\"unbound\"} 2\n") !=
        std::string::npos);
  CHECK(text.text().find("clientid_auth_verdicts_total{verdict=\"allow\",reason=\"unbound\"} 1\n") !=
        std::string::npos);
  CHECK(text.text().find("reason=\"bound\"") == std::string::npos);
}
