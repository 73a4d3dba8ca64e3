// What a line of an export holds: JSON objects, told apart by "record". The first is the header, the last the end; the
// names of the fields are those of the JSON that commands print.
//
//     {"record":"header","format":"clientid-export","version":1,...,"keys":[{"id":"1","check":"3c9d..."}]}
//     {"record":"binding","id":1,"account":"alice@example.com","type":"uuid","fingerprint":"8f0c...",...}
//     {"record":"setting","scope":"policy","name":"mode","value":"enforce"}
//     {"record":"end","records":2}
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "plugin/ctl/output.hpp"
#include "plugin/policy/account.hpp"
#include "plugin/policy/binding.hpp"
#include "plugin/policy/restriction.hpp"
#include "plugin/store/account_data.hpp"
#include "plugin/store/dump.hpp"
#include "plugin/store/history.hpp"
#include "plugin/store/moved_devices.hpp"

namespace clientid::ctl {

inline constexpr std::string_view export_format = "clientid-export";
inline constexpr long long export_version = 1;

struct ExportKey {
  std::string id;
  std::optional<std::string> check;  // KeyFile::check_value(); none: the key file of that site did not hold it
};

struct ExportHeader {
  Time created;
  long long schema = 0;                // of the store that it is from
  std::optional<std::string> account;  // it is of this one alone
  bool history = true;
  std::vector<ExportKey> keys;  // under which fingerprints were made
};

struct StoredTypeSetting {
  std::string type;
  std::string name;
  std::string value;
};

// Of the moment, and of no use to another store: a counter, an open session.
struct Momentary {};

struct ExportEnd {
  long long records = 0;  // between header and end
};

using Record = std::variant<ExportHeader, Binding, StoredSetting, StoredTypeSetting, Restriction, MovedDevice, Event,
                            Momentary, ExportEnd>;

Json to_record(const ExportHeader& header);
Json to_record(const Binding& binding);
Json to_record(const StoredSetting& setting);
Json to_record(const StoredTypeSetting& setting);
Json to_record(const Restriction& restriction);
Json to_record(const MovedDevice& move);
Json to_record(const Event& event);
Json to_record(const StoredCounter& counter);
Json to_record(const OpenSession& session);
Json to_record(const ExportEnd& end);

// Numbers by the kind of record, and how people read them: "2 bindings, 1 event"; "nothing".
using RecordCounts = std::map<std::string, long long>;
std::string counts_text(const RecordCounts& counts);

// Throws LineError. What this program would not have written is no record: a field that is missing, unknown or of
// another form, an account that is not in its canonical form.
Record parse_record(std::string_view line, const AccountRules& rules);

}  // namespace clientid::ctl
