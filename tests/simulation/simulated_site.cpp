#include "tests/simulation/simulated_site.hpp"

#include "plugin/store/settings_table.hpp"

namespace clientid {
namespace {

constexpr std::size_t largest_batch = 10;

std::string make_store(const TemporaryDirectory& directory) {
  auto url = "sqlite:" + directory.file("clientid.db");
  Connection::initialise(url);
  return url;
}

std::shared_ptr<const CurrentKeys> make_key(const TemporaryDirectory& directory) {
  KeyFile::create(directory.file("key"));
  return std::make_shared<const CurrentKeys>(KeyFile::load(directory.file("key")));
}

}  // namespace

SimulatedSite::SimulatedSite(const std::vector<std::string>& policy)
    : url_(make_store(directory_)),
      connection_(Connection::open(url_, Durability::grouped)),
      ledger_(connection_, "simulation"),
      judge_({.default_realm = "example.com"}, make_key(directory_), nullptr),
      store_(url_) {
  SettingsLevel level;
  for (const auto& setting : policy) {
    const auto equals = setting.find('=');
    set(level, setting.substr(0, equals), setting.substr(equals + 1), Time());
  }
  SettingsTable(connection_).save("", level);
}

void SimulatedSite::bind(const std::string& account, const Fingerprint& device) {
  const Binding binding{.account = account,
                        .type = "uuid",
                        .fingerprint = device,
                        .key_id = "1",
                        .label = {},
                        .created = {},
                        .created_by = "operator"};
  Bindings(connection_).insert(binding);
}

Result SimulatedSite::attempt(const Try& one) {
  if (one.at != batch_time_ || batch_.entries.size() >= largest_batch) write();
  batch_time_ = one.at;
  Judgement judgement;
  judgement.attempt = {.service = "smtp", .account = one.account, .device = {}, .peer = one.peer, .at = one.at};
  if (one.device) judgement.attempt.device = Device{"uuid", *one.device, nullptr};
  judgement.verdict = judge_.judge(store_, judgement.attempt, judgement.facts);

  const auto decision = judgement.verdict.decision;
  Result result{.outcome = Outcome::refused,
                .password_was_asked = decision != Decision::refuse && decision != Decision::unavailable};
  if (decision == Decision::unavailable) result.outcome = Outcome::unavailable;
  const Admit everybody = [](const Judgement&) { return true; };
  if (result.password_was_asked)
    result.outcome = one.right ? conclude(judge_, store_, judgement, everybody) : Outcome::failed;

  const bool failed = result.outcome == Outcome::failed || result.outcome == Outcome::refused;
  const bool repeated =
      failed && passwords_.again(passwords_.mark(one.account, one.password), one.at, std::chrono::minutes(10));
  const AttemptContext context{"smtp", one.peer.to_string(), "PLAIN", {}};
  batch_.entries.push_back(entry_of(context, result.outcome, judgement, repeated, one.at));
  return result;
}

std::vector<Alert> SimulatedSite::take_detections() {
  write();
  return std::exchange(detections_, {});
}

void SimulatedSite::write() {
  if (batch_.entries.empty()) return;
  for (auto& alert : ledger_.write(batch_, batch_time_)) detections_.push_back(std::move(alert));
  batch_ = {};
}

}  // namespace clientid
