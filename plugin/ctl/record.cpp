#include "plugin/ctl/record.hpp"

#include "plugin/config/utf8.hpp"
#include "plugin/ctl/counted.hpp"
#include "plugin/ctl/restriction_view.hpp"
#include "plugin/ctl/time_json.hpp"
#include "plugin/identity/hex.hpp"

namespace clientid::ctl {
namespace {

// Names of accounts that were refused may be any octets, and JSON has no other way for those.
Json text(const std::string& text) {
  if (valid_utf8(text)) return text;
  return {{"hex", encode_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})}};
}

Json text_if_any(const std::string& value) {
  return value.empty() ? Json(nullptr) : text(value);
}

}  // namespace

Json to_record(const ExportHeader& header) {
  auto keys = Json::array();
  for (const auto& [id, check] : header.keys) keys.push_back({{"id", id}, {"check", check ? Json(*check) : Json()}});
  return {
      {"record", "header"},
      {"format", export_format},
      {"version", export_version},
      {"program", "clientidctl " PACKAGE_VERSION},
      {"schema", header.schema},
      {"created", format_time(header.created)},
      {"account", header.account ? text(*header.account) : Json()},
      {"history", header.history},
      {"keys", keys},
  };
}

Json to_record(const Binding& binding) {
  return {
      {"record", "binding"},
      {"id", binding.id},
      {"account", text(binding.account)},
      {"type", text(binding.type)},
      {"fingerprint", binding.fingerprint.hex()},
      {"key_id", text(binding.key_id)},
      {"state", name(binding.state)},
      {"label", text(binding.label)},
      {"created", format_time(binding.created)},
      {"created_by", text(binding.created_by)},
      {"last_seen", to_json(binding.last_seen)},
      {"last_peer", text_if_any(binding.last_peer)},
      {"expires", to_json(binding.expires)},
      {"uses", binding.uses},
      {"suspended_until", to_json(binding.suspended_until)},
  };
}

Json to_record(const StoredSetting& setting) {
  return {
      {"record", "setting"},
      {"scope", setting.scope.empty() ? Json("policy") : text(setting.scope)},
      {"name", text(setting.name)},
      {"value", text(setting.value)},
  };
}

Json to_record(const StoredTypeSetting& setting) {
  return {
      {"record", "type"},
      {"type", text(setting.type)},
      {"name", text(setting.name)},
      {"value", text(setting.value)},
  };
}

Json to_record(const Restriction& restriction) {
  return {
      {"record", "restriction"},
      {"kind", kind_name(restriction)},
      {"subject", text_if_any(restriction.subject)},
      {"effect", name(restriction.effect)},
      {"until", to_json(restriction.until)},
      {"reason", text_if_any(restriction.cause)},
      {"created", format_time(restriction.created)},
      {"created_by", text(restriction.created_by)},
      {"key_id", text_if_any(restriction.key_id)},
  };
}

Json to_record(const MovedDevice& move) {
  return {
      {"record", "move"},
      {"former", move.former},
      {"former_key", text(move.former_key)},
      {"fingerprint", move.fingerprint},
      {"key_id", text(move.key_id)},
      {"at", format_time(move.at)},
  };
}

Json to_record(const Event& event) {
  return {
      {"record", "event"},
      {"at", format_time(event.at)},
      {"outcome", name(event.outcome)},
      {"account", text(event.account)},
      {"type", text_if_any(event.type)},
      {"fingerprint", text_if_any(event.fingerprint)},
      {"peer", text_if_any(event.peer)},
      {"network", text_if_any(event.network)},
      {"service", text_if_any(event.service)},
      {"verdict", text_if_any(event.verdict)},
      {"reason", text_if_any(event.reason)},
      {"detail", text(event.detail)},
  };
}

Json to_record(const StoredCounter& counter) {
  return {
      {"record", "counter"},          {"name", text(counter.name)},   {"at", format_time(counter.at)},
      {"attempts", counter.attempts}, {"failures", counter.failures},
  };
}

Json to_record(const OpenSession& session) {
  return {
      {"record", "session"},
      {"account", text(session.account)},
      {"type", text(session.type)},
      {"fingerprint", text(session.fingerprint)},
      {"peer", text_if_any(session.peer)},
      {"network", text_if_any(session.network)},
      {"since", format_time(session.opened)},
      {"holder", text(session.holder)},
  };
}

std::string counts_text(const RecordCounts& counts) {
  std::string text;
  for (const auto& [kind, count] : counts) {
    if (count > 0) text += (text.empty() ? "" : ", ") + counted(count, kind == "type" ? "type setting" : kind);
  }
  return text.empty() ? "nothing" : text;
}

Json to_record(const ExportEnd& end) {
  return {{"record", "end"}, {"records", end.records}};
}

}  // namespace clientid::ctl
