// Lines of an export, read. What is written is trusted no more than what an operator types.
#include <array>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/input_file.hpp"
#include "plugin/ctl/label.hpp"
#include "plugin/ctl/record.hpp"
#include "plugin/ctl/record_fields.hpp"
#include "plugin/ctl/restriction_view.hpp"
#include "plugin/identity/hex.hpp"
#include "plugin/identity/identity.hpp"
#include "plugin/identity/key_file.hpp"
#include "plugin/policy/account.hpp"
#include "plugin/policy/network.hpp"
#include "plugin/policy/type_rule.hpp"

namespace clientid::ctl {
namespace {

constexpr std::size_t max_name = max_account;  // also of who made a change

std::string key_in(RecordFields& fields, const char* field) {
  auto text = fields.text(field);
  if (!is_key_id(text)) bad_field(field, "the number of a key, as text");
  return text;
}

std::string hex_in(RecordFields& fields, const char* field) {
  auto text = fields.text(field);
  if (!Fingerprint::from_hex(text)) bad_field(field, "64 hexadecimal digits");
  return text;
}

// Another spelling would be a binding that nobody ever meets.
std::string account_in(RecordFields& fields, const char* field, const AccountRules& rules) {
  auto account = fields.text(field);
  const auto canonical = canonical_account(account, rules);
  if (canonical == account) return account;
  bad_field(field, canonical ? "spelt as this site spells accounts; see account-case in clientid.conf(5)"
                             : "an account, USER@REALM");
}

std::string type_in(RecordFields& fields) {
  auto type = fields.text("type");
  if (!valid_type(type) || lower_case(type) != type) bad_field("type", "1 to 16 small letters, digits and dashes");
  return type;
}

std::string name_in(RecordFields& fields, const char* field) {
  auto text = fields.text(field);
  if (text.size() > max_name) bad_field(field, "text of up to 255 octets");
  return text;
}

std::string fingerprint_in(RecordFields& fields) {
  auto text = fields.text_or_empty("fingerprint");
  if (!text.empty() && !Fingerprint::from_hex(text)) bad_field("fingerprint", "64 hexadecimal digits");
  return text;
}

bool is_check_value(std::string_view text) {
  std::array<std::uint8_t, Fingerprint::short_size / 2> octets{};
  return decode_hex(text, octets);
}

ExportHeader header_in(RecordFields& fields) {
  if (fields.text("format") != export_format) bad_field("format", "\"" + std::string(export_format) + "\"");
  const auto version = fields.number("version");
  if (version != export_version) {
    throw LineError("this is version " + std::to_string(version) + " of the format, and this program reads version " +
                    std::to_string(export_version) + "; use the clientidctl that wrote it, or a newer one");
  }
  fields.text("program");
  ExportHeader header{.created = fields.time("created"),
                      .schema = fields.number("schema"),
                      .account = {},
                      .history = fields.truth("history"),
                      .keys = {}};
  const auto account = fields.text_or_empty("account");
  if (!account.empty()) header.account = account;
  const auto& keys = fields.any("keys");
  if (!keys.is_array()) bad_field("keys", "an array");
  for (const auto& each : keys) {
    if (!each.is_object()) bad_field("keys", "an array of objects");
    RecordFields of_key(each);
    ExportKey key{key_in(of_key, "id"), {}};
    const auto check = of_key.text_or_empty("check");
    if (!check.empty()) key.check = check;
    if (!check.empty() && !is_check_value(check)) bad_field("check", "16 hexadecimal digits, or null");
    of_key.end();
    header.keys.push_back(std::move(key));
  }
  return header;
}

Binding binding_in(RecordFields& fields, const AccountRules& rules) {
  const bool licence = fields.text("account") == any_account;
  const auto fingerprint = Fingerprint::from_hex(fields.text("fingerprint"));
  if (!fingerprint) bad_field("fingerprint", "64 hexadecimal digits");
  const auto state = parse_binding_state(fields.text("state"));
  if (!state) bad_field("state", "active, pending, suspended or revoked");
  Binding binding{
      .id = fields.number("id"),
      .account = licence ? std::string(any_account) : account_in(fields, "account", rules),
      .type = type_in(fields),
      .fingerprint = *fingerprint,
      .key_id = key_in(fields, "key_id"),
      .state = *state,
      .label = *checked_label(fields.text("label")),
      .created = fields.time("created"),
      .created_by = name_in(fields, "created_by"),
      .expires = fields.time_or_none("expires"),
      .suspended_until = fields.time_or_none("suspended_until"),
      .last_seen = fields.time_or_none("last_seen"),
      .last_peer = fields.text_or_empty("last_peer"),
      .uses = fields.number("uses"),
  };
  if (!binding.last_peer.empty() && !Address::parse(binding.last_peer)) bad_field("last_peer", "an address or null");
  return binding;
}

StoredSetting setting_in(RecordFields& fields, const AccountRules& rules) {
  StoredSetting setting{fields.text("scope"), fields.text("name"), fields.text("value")};
  if (setting.scope == "policy") {
    setting.scope.clear();
  } else if (setting.scope.starts_with('@')) {
    const auto account = canonical_account("user" + setting.scope, rules);
    if (!account || "user" + setting.scope != *account) bad_field("scope", "an account, an @domain, or policy");
  } else {
    account_in(fields, "scope", rules);
  }
  SettingsLevel level;
  set(level, setting.name, setting.value, Time());
  if (is_global_only(setting.name) && !setting.scope.empty()) {
    throw LineError("\"" + setting.name + "\" is for all accounts alone");
  }
  return setting;
}

StoredTypeSetting type_setting_in(RecordFields& fields) {
  StoredTypeSetting setting{fields.text("type"), fields.text("name"), fields.text("value")};
  if (setting.type != any_type) type_in(fields);
  TypeLevel level;
  set(level, setting.name, setting.value);
  return setting;
}

std::string subject_in(RecordFields& fields, Restricted kind, const AccountRules& rules) {
  switch (kind) {
    case Restricted::everybody:
      if (!fields.text_or_empty("subject").empty()) bad_field("subject", "null");
      return {};
    case Restricted::account: return account_in(fields, "subject", rules);
    case Restricted::device: return hex_in(fields, "subject");
    case Restricted::network:
      const auto network = Network::parse(fields.text("subject"));
      if (!network || network->to_string() != fields.text("subject")) bad_field("subject", "a network: 192.0.2.0/24");
      break;
  }
  return fields.text("subject");
}

Restriction restriction_in(RecordFields& fields, const AccountRules& rules) {
  const auto kind = parse_restricted_kind(fields.text("kind"));
  if (!kind) bad_field("kind", "everybody, account, device or address");
  const auto effect = parse_effect(fields.text("effect"));
  if (!effect) bad_field("effect", "block, valid-only or known-only");
  Restriction restriction{
      .id = 0,
      .kind = *kind,
      .subject = subject_in(fields, *kind, rules),
      .effect = *effect,
      .until = fields.time_or_none("until"),
      .cause = fields.text_or_empty("reason"),
      .created = fields.time("created"),
      .created_by = name_in(fields, "created_by"),
      .key_id = fields.text_or_empty("key_id"),
  };
  const auto& key = restriction.key_id;
  if (!key.empty() && (*kind != Restricted::device || !is_key_id(key))) {
    bad_field("key_id", "the number of a key, as text, where a device is restricted, or null");
  }
  return restriction;
}

MovedDevice move_in(RecordFields& fields) {
  return {
      .former = hex_in(fields, "former"),
      .former_key = key_in(fields, "former_key"),
      .fingerprint = hex_in(fields, "fingerprint"),
      .key_id = key_in(fields, "key_id"),
      .at = fields.time("at"),
  };
}

Event event_in(RecordFields& fields) {
  const auto outcome = parse_outcome(fields.text("outcome"));
  if (!outcome) bad_field("outcome", "one that clientidctl history shows");
  return {
      .id = 0,
      .at = fields.time("at"),
      .outcome = *outcome,
      .account = name_in(fields, "account"),
      .type = fields.text_or_empty("type"),
      .fingerprint = fingerprint_in(fields),
      .peer = fields.text_or_empty("peer"),
      .network = fields.text_or_empty("network"),
      .service = fields.text_or_empty("service"),
      .verdict = fields.text_or_empty("verdict"),
      .reason = fields.text_or_empty("reason"),
      .detail = fields.text("detail"),
  };
}

Momentary counter_in(RecordFields& fields) {
  fields.text("name");
  fields.time("at");
  fields.number("attempts");
  fields.number("failures");
  return {};
}

Momentary session_in(RecordFields& fields) {
  for (const auto* name : {"account", "type", "fingerprint", "holder"}) fields.text(name);
  for (const auto* name : {"peer", "network"}) fields.text_or_empty(name);
  fields.time("since");
  return {};
}

Record record_in(RecordFields& fields, const AccountRules& rules) {
  const auto kind = fields.text("record");
  if (kind == "header") return header_in(fields);
  if (kind == "binding") return binding_in(fields, rules);
  if (kind == "setting") return setting_in(fields, rules);
  if (kind == "type") return type_setting_in(fields);
  if (kind == "restriction") return restriction_in(fields, rules);
  if (kind == "move") return move_in(fields);
  if (kind == "event") return event_in(fields);
  if (kind == "counter") return counter_in(fields);
  if (kind == "session") return session_in(fields);
  if (kind == "end") return ExportEnd{fields.number("records")};
  throw LineError("it is a record of a kind that this program does not know; a newer clientidctl may");
}

}  // namespace

Record parse_record(std::string_view line, const AccountRules& rules) {
  // The library's own message would repeat a piece of the line.
  const auto json = Json::parse(line, nullptr, false);
  if (!json.is_object()) throw LineError("it is no JSON object");
  RecordFields fields(json);
  try {
    auto record = record_in(fields, rules);
    fields.end();
    return record;
  } catch (const ConfigError& error) {
    throw LineError(error.what());
  }
}

}  // namespace clientid::ctl
