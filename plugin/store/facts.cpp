#include "plugin/store/facts.hpp"

#include "plugin/policy/account.hpp"
#include "plugin/store/binding_row.hpp"
#include "plugin/store/device_counts.hpp"
#include "plugin/store/settings_reader.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {
namespace {

// The bindings of one device that matter for one account: its own, and a licence.
class DeviceReader {
 public:
  explicit DeviceReader(Connection& connection)
      : connection_(connection),
        statement_(connection, "SELECT " + std::string(BindingRow::columns) +
                                   " FROM binding WHERE account IN (:account, :any) AND type = :type AND"
                                   " fingerprint = :fingerprint") {
    row_.bind_into(statement_);
    statement_.use(account_, any_, type_, fingerprint_);
  }

  void read(const std::string& account, const Device& device, Facts& facts) {
    account_ = account;
    type_ = device.type;
    fingerprint_ = device.fingerprint.hex();
    row_ = BindingRow();
    statement_.for_each_row([&] {
      auto& place = row_.account == any_ ? facts.licence : facts.binding;
      place = row_.to_binding(connection_);
    });
  }

 private:
  Connection& connection_;
  const std::string any_{any_account};
  std::string account_;
  std::string type_;
  std::string fingerprint_;
  BindingRow row_;
  Statement statement_;
};

}  // namespace

struct FactsReader::Statements {
  explicit Statements(Connection& connection) : settings(connection), device(connection), devices(connection) {}

  SettingsReader settings;
  DeviceReader device;
  DeviceCounter devices;
};

FactsReader::FactsReader(Connection& connection)
    : connection_(connection), statements_(std::make_unique<Statements>(connection)) {}

FactsReader::~FactsReader() = default;

Facts FactsReader::read(const std::string& account, const std::optional<Device>& device, Time at) {
  try {
    if (!statements_) statements_ = std::make_unique<Statements>(connection_);
    const Transaction snapshot(connection_, Transaction::Kind::snapshot);
    Facts facts;
    facts.settings = statements_->settings.read(account);
    if (device) statements_->device.read(account, *device, facts);
    const auto counts = statements_->devices.count(account, at);
    facts.active_devices = counts.active;
    facts.pending_devices = counts.pending;
    return facts;
  } catch (...) {
    // One that stopped half-way would go on seeing the store of that moment.
    statements_.reset();
    throw;
  }
}

}  // namespace clientid
