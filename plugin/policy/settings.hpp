// The settings of the policy, as an operator names them. They are kept on three levels, and the most specific one that
// has a value wins: account, domain, global.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/policy/network.hpp"
#include "plugin/policy/rate.hpp"
#include "plugin/policy/time.hpp"

namespace clientid {

enum class Mode : std::uint8_t { off, observe, learn, quarantine, enforce };
enum class Absent : std::uint8_t { allow, until_bound, refuse };
enum class WhenFull : std::uint8_t { quarantine, refuse };
enum class OnStoreFailure : std::uint8_t { refuse, allow };
enum class TwoPlaces : std::uint8_t { off, alert, refuse };
enum class DetectAllMode : std::uint8_t { alert, valid_only, known_only };

// A number that may be "none".
struct Cap {
  unsigned most = 0;  // 0: no cap
  bool limits() const { return most > 0; }
};

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
  std::optional<OnStoreFailure> on_store_failure;  // global

  std::optional<Rate> device_attempts;  // of one device
  std::optional<Rate> device_failures;
  std::optional<Rate> address_attempts;  // from one network
  std::optional<Rate> address_failures;
  std::optional<Rate> account_attempts;  // on the account
  std::optional<Rate> account_failures;
  std::optional<Rate> absent_attempts;  // from one network, of clients without identity
  std::optional<Rate> absent_failures;
  std::optional<unsigned> ipv4_prefix;              // 8 to 32: bits that stand for an address; global
  std::optional<unsigned> ipv6_prefix;              // 16 to 128; global
  std::optional<Cap> max_accounts_per_device;       // UC2
  std::optional<Cap> device_sessions;               // U6.2.3
  std::optional<TwoPlaces> two_places;              // U6.2.4
  std::optional<std::chrono::seconds> travel_time;  // between two countries

  std::optional<Rate> detect_account;              // UC7: networks or devices that fail on the account
  std::optional<Rate> detect_device;               // accounts on which a device fails; global
  std::optional<Rate> detect_address;              // accounts on which a network fails; global
  std::optional<Rate> detect_all;                  // failures overall; global
  std::optional<DetectAllMode> detect_all_mode;    // global
  std::optional<std::chrono::seconds> detect_for;  // how long what detection does lasts
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

  Rate device_attempts;
  Rate device_failures{20, std::chrono::minutes(10)};
  Rate address_attempts;
  Rate address_failures{100, std::chrono::minutes(10)};
  Rate account_attempts;
  Rate account_failures{50, std::chrono::minutes(10)};
  Rate absent_attempts;
  Rate absent_failures{20, std::chrono::minutes(10)};
  unsigned ipv4_prefix = 32;
  unsigned ipv6_prefix = 64;
  Cap max_accounts_per_device{10};
  Cap device_sessions{100};
  TwoPlaces two_places = TwoPlaces::alert;
  std::chrono::seconds travel_time = std::chrono::hours(2);

  Rate detect_account{20, std::chrono::minutes(10)};
  Rate detect_device{10, std::chrono::hours(1)};
  Rate detect_address{30, std::chrono::minutes(10)};
  Rate detect_all{1000, std::chrono::minutes(10)};
  DetectAllMode detect_all_mode = DetectAllMode::alert;
  std::chrono::seconds detect_for = std::chrono::hours(1);
};

struct SettingValue {
  std::string name;   // "max-devices"
  std::string value;  // "5", in the one spelling that is stored and shown
};

// All names, in the order of the policy's table.
const std::vector<std::string_view>& setting_names();

// Those that can be set for all accounts alone.
bool is_global_only(std::string_view name);

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
