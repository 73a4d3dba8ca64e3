#include "plugin/store/detection.hpp"

#include <algorithm>

#include "plugin/policy/restriction.hpp"
#include "plugin/policy/verdict.hpp"
#include "plugin/store/any_of.hpp"
#include "plugin/store/clock_tolerance.hpp"
#include "plugin/store/history.hpp"
#include "plugin/store/restrictions.hpp"
#include "plugin/store/settings_reader.hpp"
#include "plugin/store/statement.hpp"
#include "plugin/store/tally_reader.hpp"

namespace clientid {
namespace {

// Names of reasons, as SQL lists them. What is refused for them is nobody's guess: with it no block would ever end,
// since whoever is behind the network tries on.
std::string restraints() {
  std::string list;
  for (unsigned number = 0;; ++number) {
    const auto reason = static_cast<Reason>(number);
    if (name(reason).empty()) return list;
    if (is_restraint(reason)) list += (list.empty() ? "'" : ", '") + std::string(name(reason)) + "'";
  }
}

// Counts in how many ways those who failed under one name differ: from how many networks or devices an account was
// tried, or on how many accounts a device or network tried. It looks at the newest events of the name alone, so that a
// flood costs no more than a trickle.
class SpreadReader {
 public:
  // `names`: how many the one has that is asked about.
  SpreadReader(Connection& connection, const std::string& name_column, const std::string& spread, std::size_t names = 1)
      : size(names),
        names_(names),
        statement_(connection,
                   "SELECT " + spread +
                       " FROM (SELECT at, outcome, reason, account, fingerprint, network FROM event WHERE " +
                       names_.condition(name_column, "name") +
                       " ORDER BY id DESC LIMIT 2000) AS newest WHERE at >= :since AND"
                       " at <= :latest AND outcome IN ('failed', 'refused') AND reason NOT IN ('bound', 'pending')"
                       " AND (outcome = 'failed' OR reason NOT IN (" +
                       restraints() + "))") {
    names_.bind(statement_);
    statement_.use(since_, latest_).into(one_, other_);
  }

  unsigned read(const std::vector<std::string>& names, std::chrono::seconds window, Time now) {
    names_.set(names);
    since_ = to_seconds(now - window);
    latest_ = to_seconds(now + clock_tolerance);
    one_ = other_ = 0;
    statement_.for_each_row([] {});
    return static_cast<unsigned>(std::max(one_, other_));
  }

  const std::size_t size;

 private:
  AnyOf names_;
  long long since_ = 0;
  long long latest_ = 0;
  long long one_ = 0;
  long long other_ = 0;
  Statement statement_;
};

constexpr const char* sources = "count(DISTINCT nullif(network, '')), count(DISTINCT nullif(fingerprint, ''))";
constexpr const char* accounts = "count(DISTINCT account), 0";

}  // namespace

struct Detection::Statements {
  explicit Statements(Connection& opened)
      : connection(opened),
        settings(opened),
        on_account(opened, "account", sources),
        by_device(std::make_unique<SpreadReader>(opened, "fingerprint", accounts)),
        by_network(opened, "network", accounts),
        tallies(opened) {}

  Connection& connection;
  SettingsReader settings;
  SpreadReader on_account;
  std::unique_ptr<SpreadReader> by_device;
  SpreadReader by_network;
  TallyReader tallies;
  std::vector<Alert> alerts;
  std::optional<Time> all_told;  // of failures overall

  void look_at_account(const std::string& account, Time now);
  void look_at_device(const std::string& fingerprint, const SuspectDevice& device, const Settings& global, Time now);
  void look_at_network(const std::string& network, const Settings& global, Time now);
  void look_at_all(const Settings& global, Time now);
  void act(Restriction restriction, std::chrono::seconds duration, Alert alert);
  bool has_room();
  bool has_holder(const std::string& account);
};

bool Detection::Statements::has_room() {
  long long made = 0;
  Statement(connection, "SELECT count(*) FROM restriction WHERE created_by = 'detection'").into(made).for_each_row([] {
  });
  return made < max_restrictions;
}

bool Detection::Statements::has_holder(const std::string& account) {
  long long known = 0;
  Statement(
      connection,
      "SELECT EXISTS (SELECT 1 FROM binding WHERE account = :account) OR EXISTS (SELECT 1 FROM event WHERE account"
      " = :account_too AND outcome IN ('authenticated', 'enrolled'))")
      .use(account, account)
      .into(known)
      .for_each_row([] {});
  return known != 0;
}

void Detection::Statements::act(Restriction restriction, std::chrono::seconds duration, Alert alert) {
  Restrictions restrictions(connection);
  const auto now = alert.at;
  if (restrictions.find(restriction.kind, restriction.subject, restriction.effect, now) || !has_room()) return;
  restriction.until = now + duration;
  restriction.created = now;
  restriction.created_by = by_detection;
  restrictions.put(restriction);

  alert.detail = restriction.cause + ": " + std::string(name(restriction.effect)) + " " + end_of(restriction);
  Event event;
  event.at = now;
  event.outcome = Outcome::changed;
  event.account = alert.account;
  if (restriction.kind == Restricted::device) event.fingerprint = restriction.subject;
  if (restriction.kind == Restricted::network) event.network = restriction.subject;
  event.detail = "detection: " + alert.detail;
  History(connection).append({event});
  alerts.push_back(std::move(alert));
}

void Detection::Statements::look_at_account(const std::string& account, Time now) {
  const auto in_force = settings.read(account);
  const auto& rate = in_force.detect_account;
  if (!rate.limits()) return;
  const auto spread = on_account.read({account}, rate.window, now);
  if (spread < rate.most) return;
  act({.kind = Restricted::account,
       .subject = account,
       .effect = Effect::known_only,
       .cause = std::to_string(spread) + " devices or networks failed on the account"},
      in_force.detect_for,
      {.kind = AlertKind::detection, .at = now, .account = account, .has_holder = has_holder(account)});
}

void Detection::Statements::look_at_device(const std::string& fingerprint, const SuspectDevice& device,
                                           const Settings& global, Time now) {
  const auto& rate = global.detect_device;
  if (!rate.limits()) return;
  auto names = device.others;
  names.push_back(fingerprint);
  if (by_device->size != names.size()) {
    by_device = std::make_unique<SpreadReader>(connection, "fingerprint", accounts, names.size());
  }
  const auto spread = by_device->read(names, rate.window, now);
  if (spread < rate.most) return;
  act({.kind = Restricted::device,
       .subject = fingerprint,
       .effect = Effect::block,
       .cause = "the device failed on " + std::to_string(spread) + " accounts",
       .key_id = device.key_id},
      global.detect_for, {.kind = AlertKind::detection, .at = now, .fingerprint = short_form(fingerprint)});
}

void Detection::Statements::look_at_network(const std::string& network, const Settings& global, Time now) {
  const auto& rate = global.detect_address;
  if (!rate.limits()) return;
  const auto spread = by_network.read({network}, rate.window, now);
  if (spread < rate.most) return;
  act({.kind = Restricted::network,
       .subject = network,
       .effect = Effect::block,
       .cause = std::to_string(spread) + " accounts failed from the network"},
      global.detect_for, {.kind = AlertKind::detection, .at = now, .peer = network});
}

void Detection::Statements::look_at_all(const Settings& global, Time now) {
  const auto& rate = global.detect_all;
  if (!rate.limits()) return;
  const auto failures = tallies.read(all_failures, {}, rate, now).failures;
  if (failures < rate.most) return;
  const auto cause = std::to_string(failures) + " failures overall in " + format_duration(rate.window);
  Alert alert{.kind = AlertKind::attack_mode, .at = now};
  if (global.detect_all_mode == DetectAllMode::alert) {
    // Nothing in the store says that it was told of.
    if (all_told && *all_told <= now && now - *all_told < global.detect_for) return;
    all_told = now;
    alert.detail = cause;
    alerts.push_back(std::move(alert));
    return;
  }
  const bool valid = global.detect_all_mode == DetectAllMode::valid_only;
  act({.kind = Restricted::everybody,
       .subject = {},
       .effect = valid ? Effect::valid_only : Effect::known_only,
       .cause = cause},
      global.detect_for, std::move(alert));
}

Detection::Detection(Connection& connection) : statements_(std::make_unique<Statements>(connection)) {}
Detection::~Detection() = default;

std::vector<Alert> Detection::look(const Suspects& suspects, Time now) {
  auto& statements = *statements_;
  statements.alerts.clear();
  if (!suspects.any) return {};
  const auto global = statements.settings.read({});
  for (const auto& account : suspects.accounts) statements.look_at_account(account, now);
  for (const auto& [fingerprint, device] : suspects.devices) {
    statements.look_at_device(fingerprint, device, global, now);
  }
  for (const auto& network : suspects.networks) statements.look_at_network(network, global, now);
  statements.look_at_all(global, now);
  return std::move(statements.alerts);
}

}  // namespace clientid
