#include "plugin/policy/type_rule.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugin/config/config_error.hpp"

namespace clientid {
namespace {

constexpr std::array<std::pair<TypeFlag, std::string_view>, 8> flag_names = {{
    {TypeFlag::ignore, "ignore"},
    {TypeFlag::debug, "debug"},
    {TypeFlag::system_log, "system-log"},
    {TypeFlag::user_log, "user-log"},
    {TypeFlag::authenticate, "authenticate"},
    {TypeFlag::alert_failure, "alert-failure"},
    {TypeFlag::alert_success, "alert-success"},
    {TypeFlag::unused, "unused"},
}};

// The first two say that the identity is taken as not shown: whatever else is said beside them contradicts that.
bool contradicts_itself(TypeFlags flags) {
  for (const auto lone : {TypeFlag::ignore, TypeFlag::debug}) {
    if (flags.has(lone) && flags != TypeFlags{lone} && flags != TypeFlags{lone, TypeFlag::unused}) return true;
  }
  return false;
}

std::string flag_list() {
  std::string list;
  for (const auto& [flag, name] : flag_names) list += (list.empty() ? "" : ",") + std::string(name);
  return list;
}

[[noreturn]] void cannot_be(std::string_view name, std::string_view value, const std::string& takes) {
  throw ConfigError(std::string(name) + ": cannot be \"" + std::string(value) + "\"; it takes " + takes);
}

// "system-log,authenticate"; empty: none.
TypeFlags parse_flags(std::string_view text) {
  TypeFlags flags;
  for (auto rest = text; !rest.empty();) {
    const auto comma = rest.find(',');
    const auto word = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    const auto* const known =
        std::find_if(flag_names.begin(), flag_names.end(), [&](const auto& entry) { return entry.second == word; });
    if (known == flag_names.end()) cannot_be("flags", text, "some of " + flag_list());
    flags.add(known->first);
  }
  if (contradicts_itself(flags)) cannot_be("flags", text, "ignore or debug alone, or any of the others");
  return flags;
}

std::string format(TypeFlags flags) {
  std::string list;
  for (const auto& [flag, name] : flag_names) {
    if (flags.has(flag)) list += (list.empty() ? "" : ",") + std::string(name);
  }
  return list;
}
std::string format(const FormRule& form) {
  return form.to_string();
}
std::string format(OnMismatch on_mismatch) {
  return on_mismatch == OnMismatch::note ? "note" : "refuse";
}
std::string format(bool yes) {
  return yes ? "yes" : "no";
}

// One of two words.
bool is_second(std::string_view name, std::string_view value, std::string_view first, std::string_view second) {
  if (value != first && value != second) {
    cannot_be(name, value, std::string(first) + " or " + std::string(second));
  }
  return value == second;
}

void parse(std::string_view /*name*/, std::string_view value, std::optional<TypeFlags>& flags) {
  flags = parse_flags(value);
}
void parse(std::string_view name, std::string_view value, std::optional<FormRule>& form) {
  try {
    form = FormRule::parse(value);
  } catch (const ConfigError& error) {
    throw ConfigError(std::string(name) + ": " + error.what());
  }
}
void parse(std::string_view name, std::string_view value, std::optional<OnMismatch>& on_mismatch) {
  on_mismatch = is_second(name, value, "note", "refuse") ? OnMismatch::refuse : OnMismatch::note;
}
void parse(std::string_view name, std::string_view value, std::optional<bool>& yes) {
  yes = is_second(name, value, "no", "yes");
}

// Everything that is done to each setting goes through here.
template <typename Visit, typename... Levels>
void for_each_setting(Visit visit, Levels&... levels) {
  visit("flags", levels.flags...);
  visit("check", levels.form...);
  visit("on-mismatch", levels.on_mismatch...);
  visit("shared", levels.shared...);
}

template <typename Visit>
void with_setting(TypeLevel& level, std::string_view name, Visit visit) {
  bool known = false;
  for_each_setting(
      [&](std::string_view candidate, auto& value) {
        if (candidate != name) return;
        known = true;
        visit(value);
      },
      level);
  if (known) return;
  throw ConfigError("no setting of a type is named " + std::string(name) +
                    "; there are: flags, check, on-mismatch and shared");
}

TypeLevel built_in(std::string_view type) {
  TypeLevel level;
  if (std::find(built_in_types.begin(), built_in_types.end(), type) != built_in_types.end())
    level.form = FormRule::parse(type);
  return level;
}

}  // namespace

const std::vector<std::string_view>& type_setting_names() {
  static const auto names = [] {
    std::vector<std::string_view> all;
    for_each_setting([&](std::string_view name) { all.push_back(name); });
    return all;
  }();
  return names;
}

void set(TypeLevel& level, std::string_view name, std::string_view text) {
  with_setting(level, name, [&](auto& value) { parse(name, text, value); });
}

void unset(TypeLevel& level, std::string_view name) {
  with_setting(level, name, [](auto& value) { value.reset(); });
}

std::vector<SettingValue> values(const TypeLevel& level) {
  std::vector<SettingValue> all;
  for_each_setting(
      [&](std::string_view name, const auto& value) {
        if (value) all.push_back({std::string(name), format(*value)});
      },
      level);
  return all;
}

std::vector<SettingValue> values(const TypeRule& rule) {
  std::vector<SettingValue> all;
  for_each_setting(
      [&](std::string_view name, const auto& value) {
        all.push_back({std::string(name), format(value)});
      },
      rule);
  return all;
}

TypeRule effective(std::string_view type, const TypeLevel& own, const TypeLevel& any) {
  TypeRule rule;
  const auto known = built_in(type);
  for (const auto* level : {&known, &any, &own}) {
    for_each_setting(
        [](std::string_view /*name*/, auto& target, const auto& value) {
          if (value) target = *value;
        },
        rule, *level);
  }
  return rule;
}

}  // namespace clientid
