// "NAME=VALUE" words, done to one level of settings: those of the policy, or of a type.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plugin/config/config_error.hpp"
#include "plugin/policy/settings.hpp"

namespace clientid::ctl {

// What was done to one setting.
struct SettingEdit {
  std::string text;  // "mode=enforce", "already mode=enforce"
  bool changed;
};

template <typename Level>
std::optional<std::string> value_of(const Level& level, std::string_view name) {
  for (const auto& setting : values(level)) {
    if (setting.name == name) return setting.value;
  }
  return std::nullopt;
}

// `set(name, value)` puts it into the level. Throws ConfigError.
template <typename Level, typename Set>
SettingEdit set_word(Level& level, std::string_view word, Set set) {
  const auto equals = word.find('=');
  if (equals == std::string_view::npos) throw ConfigError("settings are given as NAME=VALUE");
  const auto name = word.substr(0, equals);
  const auto before = value_of(level, name);
  set(name, word.substr(equals + 1));
  const auto after = value_of(level, name);
  return {(before == after ? "already " : "") + std::string(name) + "=" + after.value_or(""), before != after};
}

// Throws ConfigError.
template <typename Level>
SettingEdit unset_word(Level& level, std::string_view name) {
  const auto before = value_of(level, name);
  unset(level, name);
  return {std::string(name) + (before ? " unset" : " was not set"), before.has_value()};
}

}  // namespace clientid::ctl
