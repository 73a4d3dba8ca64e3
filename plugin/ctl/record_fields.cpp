#include "plugin/ctl/record_fields.hpp"

#include "plugin/ctl/input_file.hpp"
#include "plugin/identity/hex.hpp"

namespace clientid::ctl {

void bad_field(std::string_view name, const std::string& form) {
  throw LineError("\"" + std::string(name) + "\" must be " + form);
}

const Json& RecordFields::any(const char* name) {
  const auto found = json_.find(name);
  if (found == json_.end()) throw LineError("\"" + std::string(name) + "\" is missing");
  asked_.insert(name);
  return *found;
}

std::string RecordFields::parsed_text(const char* name, const Json& value) const {
  if (value.is_string()) return value.get<std::string>();
  const auto hex = value.is_object() && value.size() == 1 ? value.find("hex") : value.end();
  if (hex == value.end() || !hex->is_string()) bad_field(name, "text");
  const auto digits = hex->get<std::string>();
  std::string octets(digits.size() / 2, '\0');
  if (!decode_hex(digits, {reinterpret_cast<std::uint8_t*>(octets.data()), octets.size()})) bad_field(name, "text");
  return octets;
}

std::string RecordFields::text(const char* name) {
  return parsed_text(name, any(name));
}

std::string RecordFields::text_or_empty(const char* name) {
  const auto& value = any(name);
  return value.is_null() ? "" : parsed_text(name, value);
}

std::int64_t RecordFields::number(const char* name) {
  const auto& value = any(name);
  // What does not fit would change its sign.
  if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) ||
      value.get<std::int64_t>() < 0) {
    bad_field(name, "a whole number from 0 on");
  }
  return value.get<std::int64_t>();
}

bool RecordFields::truth(const char* name) {
  const auto& value = any(name);
  if (!value.is_boolean()) bad_field(name, "true or false");
  return value.get<bool>();
}

Time RecordFields::parsed_time(const char* name, const Json& value) const {
  const auto text = value.is_string() ? value.get<std::string>() : "";
  const auto time = text.ends_with('Z') ? parse_time(text, Time()) : std::nullopt;
  if (!time) bad_field(name, "a time such as 2026-12-31T00:00:00Z");
  return *time;
}

Time RecordFields::time(const char* name) {
  return parsed_time(name, any(name));
}

std::optional<Time> RecordFields::time_or_none(const char* name) {
  const auto& value = any(name);
  if (value.is_null()) return std::nullopt;
  return parsed_time(name, value);
}

void RecordFields::end() const {
  for (const auto& [name, value] : json_.items()) {
    if (asked_.find(name) != asked_.end()) continue;
    const bool plain = name.size() <= 32 && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
    throw LineError("there is a field" + (plain ? " \"" + name + "\"" : "") +
                    " that this program does not know; a newer clientidctl may");
  }
}

}  // namespace clientid::ctl
