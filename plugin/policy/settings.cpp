#include "plugin/policy/settings.hpp"

#include <charconv>
#include <functional>
#include <utility>

#include "plugin/config/config_error.hpp"
#include "plugin/identity/identity.hpp"

namespace clientid {
namespace {

using Strings = std::vector<std::string>;

// --- Spelling of one value: parse() gives nothing for what is not one, format() the spelling that is stored. ---

template <typename Enum>
using Names = std::vector<std::pair<std::string_view, Enum>>;

const Names<Mode>& names_of(Mode /*type*/) {
  static const Names<Mode> names{{"off", Mode::off},
                                 {"observe", Mode::observe},
                                 {"learn", Mode::learn},
                                 {"quarantine", Mode::quarantine},
                                 {"enforce", Mode::enforce}};
  return names;
}

const Names<Absent>& names_of(Absent /*type*/) {
  static const Names<Absent> names{
      {"allow", Absent::allow}, {"until-bound", Absent::until_bound}, {"refuse", Absent::refuse}};
  return names;
}

const Names<WhenFull>& names_of(WhenFull /*type*/) {
  static const Names<WhenFull> names{{"quarantine", WhenFull::quarantine}, {"refuse", WhenFull::refuse}};
  return names;
}

const Names<OnStoreFailure>& names_of(OnStoreFailure /*type*/) {
  static const Names<OnStoreFailure> names{{"refuse", OnStoreFailure::refuse}, {"allow", OnStoreFailure::allow}};
  return names;
}

const Names<TwoPlaces>& names_of(TwoPlaces /*type*/) {
  static const Names<TwoPlaces> names{
      {"off", TwoPlaces::off}, {"alert", TwoPlaces::alert}, {"refuse", TwoPlaces::refuse}};
  return names;
}

const Names<DetectAllMode>& names_of(DetectAllMode /*type*/) {
  static const Names<DetectAllMode> names{{"alert", DetectAllMode::alert},
                                          {"valid-only", DetectAllMode::valid_only},
                                          {"known-only", DetectAllMode::known_only}};
  return names;
}

template <typename Enum>
requires std::is_enum_v<Enum> std::optional<Enum> parse(std::string_view text, Enum /*type*/, Time /*now*/) {
  for (const auto& [name, value] : names_of(Enum{})) {
    if (name == text) return value;
  }
  return std::nullopt;
}

template <typename Enum>
requires std::is_enum_v<Enum> std::string format(Enum value) {
  for (const auto& [name, named] : names_of(Enum{})) {
    if (named == value) return std::string(name);
  }
  return {};
}

std::optional<unsigned> parse(std::string_view text, unsigned /*type*/, Time /*now*/) {
  constexpr unsigned most = 1000;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > most) return std::nullopt;
  return number;
}

std::string format(unsigned number) {
  return std::to_string(number);
}

std::optional<Cap> parse(std::string_view text, Cap /*type*/, Time now) {
  if (text == "none") return Cap{};
  const auto number = parse(text, unsigned(), now);
  return number && *number > 0 ? std::optional(Cap{*number}) : std::nullopt;
}

std::string format(Cap cap) {
  return cap.limits() ? std::to_string(cap.most) : "none";
}

std::optional<Rate> parse(std::string_view text, const Rate& /*type*/, Time /*now*/) {
  return parse_rate(text);
}

std::string format(const Rate& rate) {
  return to_string(rate);
}

std::optional<std::chrono::seconds> parse(std::string_view text, std::chrono::seconds /*type*/, Time /*now*/) {
  constexpr std::chrono::seconds longest = std::chrono::hours(24 * 7);
  const auto duration = parse_duration(text);
  if (!duration || *duration < std::chrono::minutes(1) || *duration > longest) return std::nullopt;
  return duration;
}

std::string format(std::chrono::seconds duration) {
  return format_duration(duration);
}

std::optional<Time> parse(std::string_view text, Time /*type*/, Time now) {
  return parse_time(text, now);
}

std::string format(Time time) {
  return format_time(time);
}

// "a,b,c" with blanks around the commas. False from `take` ends it: not a value.
bool for_each_item(std::string_view list, const std::function<bool(std::string_view)>& take) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    auto item = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (!take(item)) return false;
  }
  return true;
}

template <typename Item, typename Format>
std::string join(const std::vector<Item>& items, Format format_item) {
  std::string list;
  for (const auto& item : items) {
    if (!list.empty()) list += ',';
    list += format_item(item);
  }
  return list;
}

std::optional<Strings> parse(std::string_view text, const Strings& /*type*/, Time /*now*/) {
  Strings globs;
  const bool good = for_each_item(text, [&](std::string_view item) {
    std::string plain(item);
    for (char& c : plain) {
      if (c == '*' || c == '?') c = 'x';
    }
    if (!valid_type(plain)) return false;
    globs.push_back(lower_case(item));
    return true;
  });
  return good ? std::optional(globs) : std::nullopt;
}

std::string format(const Strings& globs) {
  return join(globs, [](const std::string& glob) { return glob; });
}

// "192.0.2.0/24" or "192.0.2.0/24@2026-12-31T00:00:00Z".
std::optional<std::vector<TrustedNetwork>> parse(std::string_view text, const std::vector<TrustedNetwork>& /*type*/,
                                                 Time now) {
  std::vector<TrustedNetwork> networks;
  const bool good = for_each_item(text, [&](std::string_view item) {
    const auto at = item.find('@');
    const auto network = Network::parse(item.substr(0, at));
    if (!network) return false;
    TrustedNetwork trusted{*network, std::nullopt};
    if (at != std::string_view::npos) {
      trusted.until = parse_time(item.substr(at + 1), now);
      if (!trusted.until) return false;
    }
    networks.push_back(trusted);
    return true;
  });
  return good ? std::optional(networks) : std::nullopt;
}

std::string format(const std::vector<TrustedNetwork>& networks) {
  return join(networks, [](const TrustedNetwork& trusted) {
    return trusted.network.to_string() + (trusted.until ? "@" + format_time(*trusted.until) : "");
  });
}

// --- The table of settings: everything that is done to each of them goes through here. ---

struct Description {
  std::string_view name;
  std::string_view takes;
  bool global_only = false;
  unsigned least = 0;  // of a number
  unsigned most = 1000;
};

constexpr std::string_view rate = "a number in a time of 1m to 24h such as 20/10m, or none";
constexpr std::string_view cap = "a number from 1 to 1000, or none";
constexpr std::string_view duration = "a duration of 1m to 7d such as 2h";

template <typename Visit, typename... Levels>
void for_each_setting(Visit visit, Levels&... levels) {
  constexpr bool global = true;
  visit({"mode", "off, observe, learn, quarantine or enforce"}, levels.mode...);
  visit({"absent", "allow, until-bound or refuse"}, levels.absent...);
  visit({"max-devices", "a number from 0 to 1000"}, levels.max_devices...);
  visit({"when-full", "quarantine or refuse"}, levels.when_full...);
  visit({"learn-until", "a time such as 2026-12-31T00:00:00Z, a date, or a duration such as 14d"},
        levels.learn_until...);
  visit({"require-types", "types or globs such as uuid,tls-*"}, levels.require_types...);
  visit({"allow-types", "types or globs such as uuid,tls-*"}, levels.allow_types...);
  visit({"deny-types", "types or globs such as mac,cookie*"}, levels.deny_types...);
  visit({"trusted-networks", "networks such as 192.0.2.0/24,2001:db8::/32@2026-12-31"}, levels.trusted_networks...);
  visit({"on-store-failure", "refuse or allow", global}, levels.on_store_failure...);
  visit({"device-attempts", rate}, levels.device_attempts...);
  visit({"device-failures", rate}, levels.device_failures...);
  visit({"address-attempts", rate}, levels.address_attempts...);
  visit({"address-failures", rate}, levels.address_failures...);
  visit({"account-attempts", rate}, levels.account_attempts...);
  visit({"account-failures", rate}, levels.account_failures...);
  visit({"absent-attempts", rate}, levels.absent_attempts...);
  visit({"absent-failures", rate}, levels.absent_failures...);
  visit({"ipv4-prefix", "a number from 8 to 32", global, 8, 32}, levels.ipv4_prefix...);
  visit({"ipv6-prefix", "a number from 16 to 128", global, 16, 128}, levels.ipv6_prefix...);
  visit({"max-accounts-per-device", cap}, levels.max_accounts_per_device...);
  visit({"device-sessions", cap}, levels.device_sessions...);
  visit({"two-places", "off, alert or refuse"}, levels.two_places...);
  visit({"travel-time", duration}, levels.travel_time...);
  visit({"detect-account", rate}, levels.detect_account...);
  visit({"detect-device", rate, global}, levels.detect_device...);
  visit({"detect-address", rate, global}, levels.detect_address...);
  visit({"detect-all", rate, global}, levels.detect_all...);
  visit({"detect-all-mode", "alert, valid-only or known-only", global}, levels.detect_all_mode...);
  visit({"detect-for", duration, global}, levels.detect_for...);
}

// Calls `visit` for the one setting of this name. Throws for any other.
template <typename Visit>
void with_setting(SettingsLevel& level, std::string_view name, Visit visit) {
  bool known = false;
  for_each_setting(
      [&](const Description& description, auto& value) {
        if (description.name != name) return;
        known = true;
        visit(description, value);
      },
      level);
  if (known) return;
  throw ConfigError("no setting is named " + std::string(name) + "; there are:" +
                    join(setting_names(), [](std::string_view setting) { return " " + std::string(setting); }));
}

template <typename Value>
bool in_range(const Description& description, const Value& value) {
  if constexpr (std::is_same_v<Value, unsigned>) return value >= description.least && value <= description.most;
  return true;
}

Absent default_absent(Mode mode) {
  return mode == Mode::enforce || mode == Mode::quarantine ? Absent::refuse : Absent::allow;
}

}  // namespace

const std::vector<std::string_view>& setting_names() {
  static const auto names = [] {
    std::vector<std::string_view> all;
    for_each_setting([&](const Description& description) { all.push_back(description.name); });
    return all;
  }();
  return names;
}

bool is_global_only(std::string_view name) {
  bool global = false;
  for_each_setting(
      [&](const Description& description) { global |= description.name == name && description.global_only; });
  return global;
}

void set(SettingsLevel& level, std::string_view name, std::string_view text, Time now) {
  with_setting(level, name, [&](const Description& description, auto& value) {
    const auto parsed = parse(text, typename std::decay_t<decltype(value)>::value_type{}, now);
    if (!parsed || !in_range(description, *parsed)) {
      throw ConfigError(std::string(name) + ": cannot be \"" + std::string(text) + "\"; it takes " +
                        std::string(description.takes));
    }
    value = parsed;
  });
}

void unset(SettingsLevel& level, std::string_view name) {
  with_setting(level, name, [](const Description& /*description*/, auto& value) { value.reset(); });
}

std::vector<SettingValue> values(const SettingsLevel& level) {
  std::vector<SettingValue> all;
  for_each_setting(
      [&](const Description& description, const auto& value) {
        if (value) all.push_back({std::string(description.name), format(*value)});
      },
      level);
  return all;
}

std::vector<SettingValue> values(const Settings& settings) {
  std::vector<SettingValue> all;
  for_each_setting(
      [&](const Description& description, const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::optional<Time>>) {
          all.push_back({std::string(description.name), value ? format(*value) : ""});
        } else {
          all.push_back({std::string(description.name), format(value)});
        }
      },
      settings);
  return all;
}

std::string setting_text(const Settings& settings, std::string_view name) {
  for (const auto& setting : values(settings)) {
    if (setting.name == name) return setting.value;
  }
  return {};
}

Settings effective(const std::vector<const SettingsLevel*>& levels) {
  Settings settings;
  bool absent_given = false;
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    for_each_setting(
        [](const Description& /*description*/, auto& target, const auto& value) {
          if (value) target = *value;
        },
        settings, **level);
    absent_given |= (*level)->absent.has_value();
  }
  if (!absent_given) settings.absent = default_absent(settings.mode);
  return settings;
}

}  // namespace clientid
