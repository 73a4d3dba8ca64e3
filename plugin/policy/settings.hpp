// The settings of the policy, as an operator names them. They are kept on three levels, and the most specific one that
// has a value wins: account, domain, global.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/policy/network.hpp"
#include "plugin/policy/time.hpp"

namespace clientid {

enum class Mode : std::uint8_t { off, observe, learn, quarantine, enforce };
enum class Absent : std::uint8_t { allow, until_bound, refuse };
enum class WhenFull : std::uint8_t { quarantine, refuse };
enum class OnStoreFailure : std::uint8_t { refuse, allow };

struct TrustedNetwork {
  Network network;
  std::optional<Time> until;
};

// One level: what is not set is left to the next one.
struct SettingsLevel {
  std::optional<Mode> mode;
  std::optional<Absent> absent;
  std::optional<unsigned> max_devices;  // 0 to 1000
  std::optional<WhenFull> when_full;
  std::optional<Time> learn_until;
  std::optional<std::vector<std::string>> require_types;  // globs, lower case: * and ?
  std::optional<std::vector<std::string>> allow_types;
  std::optional<std::vector<std::string>> deny_types;
  std::optional<std::vector<TrustedNetwork>> trusted_networks;
  std::optional<OnStoreFailure> on_store_failure;  // global only
};

struct Settings {
  Mode mode = Mode::learn;
  Absent absent = Absent::allow;
  unsigned max_devices = 5;
  WhenFull when_full = WhenFull::quarantine;
  std::optional<Time> learn_until;
  std::vector<std::string> require_types;
  std::vector<std::string> allow_types;
  std::vector<std::string> deny_types;
  std::vector<TrustedNetwork> trusted_networks;
  OnStoreFailure on_store_failure = OnStoreFailure::refuse;
};

struct SettingValue {
  std::string name;   // "max-devices"
  std::string value;  // "5", in the one spelling that is stored and shown
};

// All names, in the order of the policy's table.
const std::vector<std::string_view>& setting_names();

// Puts one value into a level. Throws ConfigError that names the setting and the values it takes. Times may be given as
// durations from `now`.
void set(SettingsLevel& level, std::string_view name, std::string_view value, Time now);
void unset(SettingsLevel& level, std::string_view name);

// What is set, ready to be stored.
std::vector<SettingValue> values(const SettingsLevel& level);

// Every setting with the value in force.
std::vector<SettingValue> values(const Settings& settings);

// One of them, by name.
std::string setting_text(const Settings& settings, std::string_view name);

// Most specific first.
Settings effective(const std::vector<const SettingsLevel*>& levels);

}  // namespace clientid
