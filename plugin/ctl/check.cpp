// check: the verdict, explained rule by rule, without an attempt (X6).
#include "plugin/config/config_error.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/token_input.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/policy/account.hpp"
#include "plugin/policy/decide.hpp"
#include "plugin/store/facts_reader.hpp"

namespace clientid::ctl {
namespace {

std::string verdict_text(const Verdict& verdict) {
  std::string text = std::string(name(verdict.decision)) + ", " + std::string(name(verdict.reason));
  return verdict.observed ? text + " (observed only: it would be refused)" : text;
}

Attempt attempt_of(Context& context, const Arguments& arguments) {
  Attempt attempt;
  attempt.service = arguments.option("service").value_or("smtp");
  attempt.at = context.now();
  if (const auto peer = arguments.option("peer")) {
    attempt.peer = Address::parse(*peer);
    if (!attempt.peer) throw ConfigError("--peer takes an IP address such as 192.0.2.7 or 2001:db8::7");
  }
  if (arguments.words.size() == 3) {
    const auto identity = read_identity(arguments.word(1), arguments.words[2]);
    attempt.device = device_of(identity, context.key());
  }
  return attempt;
}

std::vector<RuleReport> explanation(Context& context, Attempt& attempt, std::string_view account) {
  const auto canonical = canonical_account(account, context.site().accounts);
  if (!canonical) {
    attempt.account = account;
    return {{"account", "cannot be an account", Verdict{Decision::refuse, Reason::bad_account}}};
  }
  attempt.account = *canonical;
  const auto facts = FactsReader(context.store()).read(attempt, context.countries());
  return explain(attempt, &facts, facts.settings.on_store_failure);
}

void print_json(const Output& output, const Attempt& attempt, const std::vector<RuleReport>& reports,
                const Verdict& verdict) {
  auto rules = Json::array();
  for (const auto& report : reports) {
    Json rule{{"rule", report.rule}, {"saw", report.saw}, {"verdict", nullptr}, {"reason", nullptr}};
    if (report.said) {
      rule["verdict"] = name(report.said->decision);
      rule["reason"] = name(report.said->reason);
    }
    rules.push_back(rule);
  }
  output.value({
      {"account", attempt.account},
      {"type", text_or_null(attempt.device ? attempt.device->type : "")},
      {"fingerprint", text_or_null(attempt.device ? attempt.device->fingerprint.short_form() : "")},
      {"peer", text_or_null(attempt.peer ? attempt.peer->to_string() : "")},
      {"service", attempt.service},
      {"rules", rules},
      {"verdict", name(verdict.decision)},
      {"reason", name(verdict.reason)},
      {"observed", verdict.observed},
  });
}

void print_text(const Output& output, const Attempt& attempt, const std::vector<RuleReport>& reports,
                const Verdict& verdict) {
  if (output.quiet()) return;
  std::string who = attempt.account + ", service " + attempt.service;
  who +=
      attempt.device ? ", " + attempt.device->type + " " + attempt.device->fingerprint.short_form() : ", no identity";
  if (attempt.peer) who += ", from " + attempt.peer->to_string();
  output.line(printable(who) + "\n");
  std::vector<Row> rows;
  rows.reserve(reports.size());
  for (const auto& report : reports) {
    rows.push_back({std::string(report.rule), report.saw, report.said ? verdict_text(*report.said) : ""});
  }
  output.table({"RULE", "SAW", "SAID"}, rows);
  output.line("\n" + verdict_text(verdict));
}

}  // namespace

Status check(Context& context, const Arguments& arguments) {
  if (arguments.words.size() == 2) throw ConfigError("check takes TYPE and TOKEN together, or neither");
  auto attempt = attempt_of(context, arguments);
  const auto reports = explanation(context, attempt, arguments.word(0));
  // The last rule that was asked is the one that spoke.
  const auto verdict = reports.back().said.value_or(Verdict{Decision::refuse, Reason::unbound});
  if (context.output().json()) {
    print_json(context.output(), attempt, reports, verdict);
  } else {
    print_text(context.output(), attempt, reports, verdict);
  }
  const bool allowed = verdict.decision == Decision::allow || verdict.decision == Decision::enrol;
  return allowed ? Status::done : Status::refused;
}

}  // namespace clientid::ctl
