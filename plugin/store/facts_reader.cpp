#include "plugin/store/facts_reader.hpp"

#include "plugin/policy/account.hpp"
#include "plugin/store/any_of.hpp"
#include "plugin/store/binding_row.hpp"
#include "plugin/store/device_counts.hpp"
#include "plugin/store/device_elsewhere.hpp"
#include "plugin/store/restrictions.hpp"
#include "plugin/store/session_counter.hpp"
#include "plugin/store/settings_reader.hpp"
#include "plugin/store/tally_reader.hpp"
#include "plugin/store/type_table.hpp"

namespace clientid {
namespace {

// The bindings of one device that matter for one account: its own, and a licence.
class DeviceReader {
 public:
  DeviceReader(Connection& connection, std::size_t keys)
      : connection_(connection),
        fingerprints_(keys),
        statement_(connection, "SELECT " + std::string(BindingRow::columns) +
                                   " FROM binding WHERE account IN (:account, :any) AND type = :type AND " +
                                   fingerprints_.condition("fingerprint", "fingerprint")) {
    row_.bind_into(statement_);
    statement_.use(account_, any_, type_);
    fingerprints_.bind(statement_);
  }

  void read(const Attempt& attempt, const std::vector<std::string>& fingerprints, Facts& facts) {
    account_ = attempt.account;
    type_ = attempt.device->type;
    fingerprints_.set(fingerprints);
    row_ = BindingRow();
    statement_.for_each_row([&] {
      auto& place = row_.account == any_ ? facts.licence : facts.binding;
      auto binding = row_.to_binding(connection_);
      if (!place || counts_before(binding, *place, attempt.at)) place = std::move(binding);
    });
  }

 private:
  Connection& connection_;
  const std::string any_{any_account};
  std::string account_;
  std::string type_;
  AnyOf fingerprints_;
  BindingRow row_;
  Statement statement_;
};

std::optional<GeoLocation> location_of(const Countries& countries, const std::optional<Address>& address) {
  return address ? countries.location_of(*address) : std::nullopt;
}

}  // namespace

struct FactsReader::Statements {
  Statements(Connection& connection, std::size_t fingerprints)
      : keys(fingerprints),
        settings(connection),
        type(connection),
        restrictions(connection, keys),
        device(connection, keys),
        devices(connection),
        tallies(connection),
        tallies_of_device(connection, keys),
        elsewhere(connection, keys),
        sessions(connection, keys) {}

  const std::size_t keys;  // for which they are prepared
  SettingsReader settings;
  TypeReader type;
  RestrictionReader restrictions;
  DeviceReader device;
  DeviceCounter devices;
  TallyReader tallies;
  TallyReader tallies_of_device;
  DeviceElsewhereReader elsewhere;
  SessionCounter sessions;

  void read_tallies(const Attempt& attempt, Facts& facts);
  void read_elsewhere(const Attempt& attempt, const std::vector<std::string>& fingerprints, Facts& facts);
};

void FactsReader::Statements::read_tallies(const Attempt& attempt, Facts& facts) {
  const auto& settings = facts.settings;
  auto names = counted_names(attempt, facts);
  auto& of_device = names.device_by_other_keys;
  of_device.insert(of_device.begin(), names.device);
  facts.device = tallies_of_device.read(of_device, settings.device_attempts, settings.device_failures, attempt.at);
  facts.address = tallies.read(names.address, settings.address_attempts, settings.address_failures, attempt.at);
  facts.absent = tallies.read(names.absent, settings.absent_attempts, settings.absent_failures, attempt.at);
  facts.account = tallies.read(names.account, settings.account_attempts, settings.account_failures, attempt.at);
}

// Only what a rule will look at.
void FactsReader::Statements::read_elsewhere(const Attempt& attempt, const std::vector<std::string>& fingerprints,
                                             Facts& facts) {
  const auto& settings = facts.settings;
  const bool asks_for_place = settings.two_places != TwoPlaces::off;
  if (asks_for_place || settings.max_accounts_per_device.limits()) {
    auto found = elsewhere.read(fingerprints);
    facts.accounts_of_device = found.accounts;
    facts.last_sighting = std::move(found.last_sighting);
  }
  if (asks_for_place || settings.device_sessions.limits()) {
    const auto network = counted_network(attempt, settings);
    const auto open = sessions.count(fingerprints, attempt.account, network ? network->to_string() : "", attempt.at);
    // X2: who has stolen its token must not use up what it may have on its own account.
    // UC4: what many use is no one's to use up either.
    const bool apart = is_own_device(attempt, facts) || is_used_by_many(attempt, facts);
    facts.sessions = apart ? open.on_account : open.all;
    facts.sessions_elsewhere = open.elsewhere;
  }
}

FactsReader::FactsReader(Connection& connection)
    : connection_(connection), statements_(std::make_unique<Statements>(connection, 1)) {}

FactsReader::~FactsReader() = default;

Facts FactsReader::read(const Attempt& attempt, const Countries* countries) {
  auto facts = read_all(attempt);
  if (countries == nullptr || !attempt.device || facts.settings.two_places == TwoPlaces::off) return facts;
  facts.location = location_of(*countries, attempt.peer);
  if (facts.last_sighting) facts.last_sighting->location = location_of(*countries, facts.last_sighting->peer);
  return facts;
}

Facts FactsReader::read_all(const Attempt& attempt) {
  try {
    const auto fingerprints = attempt.device ? fingerprints_of(*attempt.device) : std::vector<std::string>(1);
    // A client without identity does with those of any device.
    if (!statements_ || (attempt.device && statements_->keys != fingerprints.size())) {
      statements_ = std::make_unique<Statements>(connection_, fingerprints.size());
    }
    auto& statements = *statements_;
    const Transaction snapshot(connection_, Transaction::Kind::snapshot);
    Facts facts;
    facts.settings = statements.settings.read(attempt.account);
    if (const auto& device = attempt.device) {
      facts.type = statements.type.read(device->type);
      if (device->token && !facts.type.form.is_none()) {
        facts.form = check_form(facts.type.form, device->token->view());
      }
      statements.device.read(attempt, fingerprints, facts);
      statements.read_elsewhere(attempt, fingerprints, facts);
    }
    facts.restrictions = statements.restrictions.read(attempt.account, fingerprints, attempt.peer, attempt.at);
    const auto counts = statements.devices.count(attempt.account, attempt.at);
    facts.active_devices = counts.active;
    facts.pending_devices = counts.pending;
    statements.read_tallies(attempt, facts);
    return facts;
  } catch (...) {
    // One that stopped half-way would go on seeing the store of that moment.
    statements_.reset();
    throw;
  }
}

}  // namespace clientid
