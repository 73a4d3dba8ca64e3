// The settings of the policy, as NAME=VALUE, one a line: what is taken means the same when it is written again, and
// what is refused changes nothing.
#include "plugin/policy/settings.hpp"

#include "plugin/config/config_error.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

constexpr Time start{std::chrono::seconds(1'700'000'000)};

std::string text_of(const SettingsLevel& level) {
  std::string text;
  for (const auto& [name, value] : values(level)) text += name + "=" + value + "\n";
  return text;
}

bool is_set_alone(SettingsLevel before, SettingsLevel after, std::string_view name) {
  const auto with = text_of(after);
  unset(before, name);
  unset(after, name);
  return text_of(before) == text_of(after) && with != text_of(after);
}

}  // namespace

void fuzz(std::string_view input) {
  SettingsLevel level;
  while (!input.empty()) {
    auto line = take_until(input, '\n');
    const auto name = take_until(line, '=');
    const auto before = level;
    try {
      set(level, name, line, start);
      require(is_set_alone(before, level, name), "that setting is set, and no other");
    } catch (const ConfigError& error) {
      require(*error.what() != '\0', "a fault is told of");
      require(text_of(level) == text_of(before), "what is refused changes nothing");
    }
  }
  SettingsLevel copy;
  for (const auto& [name, value] : values(level)) set(copy, name, value, start);
  require(text_of(copy) == text_of(level), "settings are read as they were written");
  const auto settings = effective({&level});
  for (const auto& [name, value] : values(level)) {
    require(setting_text(settings, name) == value, "what is set is in force");
  }
  for (const auto name : setting_names()) unset(level, name);
  require(values(level).empty(), "what is unset is gone");
}

}  // namespace clientid
