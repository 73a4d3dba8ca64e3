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

template <typename Level, typename Visit>
void for_each_setting(Level& level, Visit visit) {
  visit("mode", level.mode, "off, observe, learn, quarantine or enforce");
  visit("absent", level.absent, "allow, until-bound or refuse");
  visit("max-devices", level.max_devices, "a number from 0 to 1000");
  visit("when-full", level.when_full, "quarantine or refuse");
  visit("learn-until", level.learn_until, "a time such as 2026-12-31T00:00:00Z, a date, or a duration such as 14d");
  visit("require-types", level.require_types, "types or globs such as uuid,tls-*");
  visit("allow-types", level.allow_types, "types or globs such as uuid,tls-*");
  visit("deny-types", level.deny_types, "types or globs such as mac,cookie*");
  visit("trusted-networks", level.trusted_networks, "networks such as 192.0.2.0/24,2001:db8::/32@2026-12-31");
  visit("on-store-failure", level.on_store_failure, "refuse or allow");
}

// Calls `visit` for the one setting of this name. Throws for any other.
template <typename Visit>
void with_setting(SettingsLevel& level, std::string_view name, Visit visit) {
  bool known = false;
  for_each_setting(level, [&](std::string_view candidate, auto& value, std::string_view takes) {
    if (candidate != name) return;
    known = true;
    visit(value, takes);
  });
  if (known) return;
  throw ConfigError("no setting is named " + std::string(name) + "; there are:" +
                    join(setting_names(), [](std::string_view setting) { return " " + std::string(setting); }));
}

Absent default_absent(Mode mode) {
  return mode == Mode::enforce || mode == Mode::quarantine ? Absent::refuse : Absent::allow;
}

}  // namespace

const std::vector<std::string_view>& setting_names() {
  static const auto names = [] {
    std::vector<std::string_view> all;
    const SettingsLevel empty;
    for_each_setting(empty, [&](std::string_view name, const auto& /*value*/, auto /*takes*/) { all.push_back(name); });
    return all;
  }();
  return names;
}

void set(SettingsLevel& level, std::string_view name, std::string_view text, Time now) {
  with_setting(level, name, [&](auto& value, std::string_view takes) {
    const auto parsed = parse(text, typename std::decay_t<decltype(value)>::value_type{}, now);
    if (!parsed) {
      throw ConfigError(std::string(name) + ": cannot be \"" + std::string(text) + "\"; it takes " +
                        std::string(takes));
    }
    value = parsed;
  });
}

void unset(SettingsLevel& level, std::string_view name) {
  with_setting(level, name, [](auto& value, std::string_view /*takes*/) { value.reset(); });
}

std::vector<SettingValue> values(const SettingsLevel& level) {
  std::vector<SettingValue> all;
  for_each_setting(level, [&](std::string_view name, const auto& value, std::string_view /*takes*/) {
    if (value) all.push_back({std::string(name), format(*value)});
  });
  return all;
}

std::vector<SettingValue> values(const Settings& settings) {
  std::vector<SettingValue> all;
  for_each_setting(settings, [&](std::string_view name, const auto& value, std::string_view /*takes*/) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::optional<Time>>) {
      all.push_back({std::string(name), value ? format(*value) : ""});
    } else {
      all.push_back({std::string(name), format(value)});
    }
  });
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
  std::optional<Absent> absent;
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    const SettingsLevel& from = **level;
    const auto take = [](auto& target, const auto& value) {
      if (value) target = *value;
    };
    take(settings.mode, from.mode);
    take(absent, from.absent);
    take(settings.max_devices, from.max_devices);
    take(settings.when_full, from.when_full);
    take(settings.learn_until, from.learn_until);
    take(settings.require_types, from.require_types);
    take(settings.allow_types, from.allow_types);
    take(settings.deny_types, from.deny_types);
    take(settings.trusted_networks, from.trusted_networks);
    take(settings.on_store_failure, from.on_store_failure);
  }
  settings.absent = absent.value_or(default_absent(settings.mode));
  return settings;
}

}  // namespace clientid
