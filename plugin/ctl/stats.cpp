// stats: what there is and what happened, in numbers.
#include "plugin/store/statistics.hpp"

#include <algorithm>

#include "plugin/ctl/context.hpp"
#include "plugin/ctl/restriction_view.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/policy/binding.hpp"
#include "plugin/policy/restriction.hpp"
#include "plugin/store/history.hpp"

namespace clientid::ctl {
namespace {

struct Numbers {
  std::string scope;
  Time since;
  BindingNumbers bindings;
  long long licences = 0;
  SessionNumbers sessions;
  std::vector<RestrictionNumber> restrictions;
  AttemptNumbers attempts;
  Counted accounts;
  Counted devices;
  Counted networks;
  std::array<Hour, Statistics::hours> day;
};

Numbers read(Context& context, const std::string& scope, Time since) {
  const Transaction one_moment(context.store(), Transaction::Kind::snapshot);
  Statistics statistics(context.store(), scope, context.now());
  return {
      .scope = scope,
      .since = since,
      .bindings = statistics.bindings(),
      .licences = statistics.licences(),
      .sessions = statistics.sessions(),
      .restrictions = statistics.restrictions(),
      .attempts = statistics.attempts(since),
      .accounts = statistics.accounts(since),
      .devices = statistics.devices(since),
      .networks = statistics.networks(since),
      .day = statistics.day(),
  };
}

long long count_of(const Counted& counted, std::string_view name) {
  const auto found = std::find_if(counted.begin(), counted.end(), [&](const auto& each) { return each.first == name; });
  return found == counted.end() ? 0 : found->second;
}

Json to_json(const Counted& counted) {
  auto object = Json::object();
  for (const auto& [name, count] : counted) object[name] = count;
  return object;
}

Json to_json(const Counted& counted, const char* key) {
  auto all = Json::array();
  for (const auto& [name, count] : counted) all.push_back({{key, name}, {"refused", count}});
  return all;
}

Json states_of(const BindingNumbers& bindings) {
  auto object = Json::object();
  using enum BindingState;
  for (const auto state : {active, pending, suspended, revoked}) {
    object[std::string(name(state))] = count_of(bindings.states, name(state));
  }
  return object;
}

Json outcomes_of(const AttemptNumbers& attempts) {
  auto object = Json::object();
  using enum Outcome;
  for (const auto outcome : {authenticated, enrolled, quarantined, refused, failed, unavailable}) {
    object[std::string(name(outcome))] = count_of(attempts.outcomes, name(outcome));
  }
  return object;
}

Json to_json(const Numbers& numbers) {
  auto restrictions = Json::array();
  for (const auto& number : numbers.restrictions) {
    restrictions.push_back({{"effect", number.effect}, {"kind", shown_kind(number.kind)}, {"count", number.count}});
  }
  auto day = Json::array();
  for (const auto& hour : numbers.day) {
    day.push_back({{"hour", format_time(hour.start)}, {"attempts", hour.attempts}, {"refused", hour.refused}});
  }
  return {
      {"scope", text_or_null(numbers.scope)},
      {"accounts", numbers.bindings.accounts},
      {"states", states_of(numbers.bindings)},
      {"expired", numbers.bindings.expired},
      {"types", to_json(numbers.bindings.types)},
      {"licences", numbers.licences},
      {"sessions", numbers.sessions.open},
      {"devices", numbers.sessions.devices},
      {"restrictions", restrictions},
      {"since", format_time(numbers.since)},
      {"attempts", numbers.attempts.all},
      {"outcomes", outcomes_of(numbers.attempts)},
      {"verdicts", to_json(numbers.attempts.verdicts)},
      {"reasons", to_json(numbers.attempts.reasons)},
      {"top_accounts", to_json(numbers.accounts, "account")},
      {"top_devices", to_json(numbers.devices, "fingerprint")},
      {"top_addresses", to_json(numbers.networks, "address")},
      {"day", day},
  };
}

void add_rows(std::vector<Row>& rows, const std::string& before, const Json& counts) {
  for (const auto& [name, count] : counts.items()) rows.push_back({before + name, count.dump()});
}

void print_now(const Output& output, const Numbers& numbers) {
  std::vector<Row> rows{{"accounts", std::to_string(numbers.bindings.accounts)}};
  add_rows(rows, "bindings ", states_of(numbers.bindings));
  rows.push_back({"bindings expired", std::to_string(numbers.bindings.expired)});
  add_rows(rows, "bindings of type ", to_json(numbers.bindings.types));
  rows.push_back({"licences", std::to_string(numbers.licences)});
  rows.push_back({"open sessions", std::to_string(numbers.sessions.open)});
  rows.push_back({"devices with sessions", std::to_string(numbers.sessions.devices)});
  for (const auto& number : numbers.restrictions) {
    rows.push_back(
        {"restrictions " + number.effect + " " + std::string(shown_kind(number.kind)), std::to_string(number.count)});
  }
  output.table({"NOW", "COUNT"}, rows);
}

void print_attempts(const Output& output, const Numbers& numbers) {
  std::vector<Row> rows{{"attempts", std::to_string(numbers.attempts.all)}};
  add_rows(rows, "outcome ", outcomes_of(numbers.attempts));
  add_rows(rows, "verdict ", to_json(numbers.attempts.verdicts));
  add_rows(rows, "refused as ", to_json(numbers.attempts.reasons));
  output.table({("SINCE " + format_time(numbers.since)).c_str(), "COUNT"}, rows);
}

void print_most_refused(const Output& output, const char* heading, const Counted& counted) {
  if (counted.empty()) return;
  std::vector<Row> rows;
  for (const auto& [name, count] : counted) rows.push_back({std::to_string(count), name});
  output.line("");
  output.table({"REFUSED", {heading, Column::Kind::text}}, rows);
}

// "|####====": refused, then the others.
std::string bar(const Hour& hour, long long highest, std::size_t width) {
  const auto length = [&](long long count) {
    return highest == 0 ? 0 : static_cast<std::size_t>((count * static_cast<long long>(width) + highest - 1) / highest);
  };
  const auto refused = length(hour.refused);
  return "|" + std::string(refused, '#') + std::string(length(hour.attempts) - refused, '=');
}

// The picture is for people: where there is no terminal, the numbers alone are printed.
void print_day(const Output& output, const Numbers& numbers) {
  constexpr std::size_t before_bar = 27;  // hour, attempts and refused, with their gaps, and the line at the left
  constexpr std::size_t shortest_bar = 20;
  const auto columns = std::min<std::size_t>(output.terminal().width, 80);
  const bool picture = columns >= before_bar + shortest_bar;
  long long highest = 0;
  for (const auto& hour : numbers.day) highest = std::max(highest, hour.attempts);
  std::vector<Row> rows;
  for (const auto& hour : numbers.day) {
    const auto clock = format_time(hour.start).substr(11, 5);
    rows.push_back({clock, std::to_string(hour.attempts), std::to_string(hour.refused)});
    if (picture) rows.back().push_back(bar(hour, highest, columns - before_bar));
  }
  Heading heading{"HOUR", "ATTEMPTS", "REFUSED"};
  if (picture) heading.emplace_back("# REFUSED = OTHERS");
  output.line("");
  output.table(heading, rows);
}

void print_text(const Output& output, const Numbers& numbers) {
  print_now(output, numbers);
  output.line("");
  print_attempts(output, numbers);
  print_most_refused(output, "ACCOUNT", numbers.accounts);
  print_most_refused(output, "DEVICE", numbers.devices);
  print_most_refused(output, "ADDRESS", numbers.networks);
  print_day(output, numbers);
}

}  // namespace

Status stats(Context& context, const Arguments& arguments) {
  std::string scope;
  if (!arguments.words.empty()) {
    const auto given = arguments.word(0);
    scope = given.starts_with('@') ? domain_scope(context, given) : account_of(context, given);
  }
  const auto since = arguments.option("since");
  auto numbers =
      read(context, scope, since ? time_back(context, "--since", *since) : context.now() - std::chrono::hours(24));
  for (auto& [fingerprint, count] : numbers.devices) fingerprint = short_form(fingerprint);
  if (context.output().json()) {
    context.output().value(to_json(numbers));
  } else {
    print_text(context.output(), numbers);
  }
  return Status::done;
}

}  // namespace clientid::ctl
