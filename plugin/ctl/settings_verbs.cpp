// account and policy, with show, set and unset: the settings of the policy on their three levels.
#include <array>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/change.hpp"
#include "plugin/ctl/setting_edit.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/policy/account.hpp"
#include "plugin/store/settings_table.hpp"

namespace clientid::ctl {
namespace {

// Which level a command is about.
struct Scope {
  std::string key;  // as SettingsTable has it
  std::string shown() const { return key.empty() ? "policy" : key; }
};

struct Level {
  std::string_view name;
  SettingsLevel settings;
};

Scope scope_of(Context& context, std::string_view word) {
  return {word.starts_with('@') ? domain_scope(context, word) : account_of(context, word)};
}

// Most specific first.
std::vector<Level> levels_for(Context& context, const Scope& scope) {
  const Transaction snapshot(context.store(), Transaction::Kind::snapshot);
  SettingsTable table(context.store());
  std::vector<Level> levels;
  if (!scope.key.empty() && !scope.key.starts_with('@')) levels.push_back({"account", table.load(scope.key)});
  if (!scope.key.empty()) levels.push_back({"domain", table.load("@" + std::string(domain_of(scope.key)))});
  levels.push_back({"global", table.load("")});
  return levels;
}

std::string_view source_of(const std::vector<Level>& levels, std::string_view name) {
  for (const auto& level : levels) {
    if (value_of(level.settings, name)) return level.name;
  }
  return "default";
}

Status show_settings(Context& context, const Scope& scope) {
  const auto levels = levels_for(context, scope);
  std::vector<const SettingsLevel*> order;
  order.reserve(levels.size());
  for (const auto& level : levels) order.push_back(&level.settings);

  Json settings = Json::object();
  std::vector<Row> rows;
  for (const auto& [name, value] : values(effective(order))) {
    const std::string from(source_of(levels, name));
    settings[name] = {{"value", value}, {"level", from}};
    rows.push_back({name, value, from});
  }
  if (context.output().json()) {
    context.output().value({{"scope", scope.shown()}, {"settings", settings}});
  } else {
    context.output().table({"SETTING", "VALUE", "FROM"}, rows);
  }
  return Status::done;
}

Status change_settings(Context& context, const Scope& scope, std::span<const Secret> words,
                       SettingEdit (*edit)(Context&, const Scope&, SettingsLevel&, std::string_view)) {
  Change change(context);
  SettingsTable table(context.store());
  auto level = table.load(scope.key);
  std::vector<SettingEdit> edits;
  std::string history;
  for (const auto& word : words) {
    edits.push_back(edit(context, scope, level, word.view()));
    if (edits.back().changed) history += (history.empty() ? "" : ", ") + edits.back().text;
  }
  if (!history.empty()) {
    table.save(scope.key, level);
    change.record(scope.key, (scope.key.empty() ? "policy: " : "") + history);
    change.commit();
  }

  if (context.output().json()) {
    Json set = Json::object();
    for (const auto& [name, value] : values(level)) set[name] = value;
    context.output().value({{"scope", scope.shown()}, {"set", set}, {"changed", !history.empty()}});
    return Status::done;
  }
  for (const auto& edit : edits) {
    context.output().say(printable(scope.shown() + ": " + edit.text));
  }
  return Status::done;
}

SettingEdit set_one(Context& context, const Scope& scope, SettingsLevel& level, std::string_view word) {
  return set_word(level, word, [&](std::string_view name, std::string_view value) {
    set(level, name, value, context.now());
    if (!is_global_only(name) || scope.key.empty()) return;
    throw ConfigError(std::string(name) + ": is for all accounts alone; instead: clientidctl policy set " +
                      std::string(word));
  });
}

SettingEdit unset_one(Context& /*context*/, const Scope& /*scope*/, SettingsLevel& level, std::string_view word) {
  return unset_word(level, word);
}

}  // namespace

Status account_show(Context& context, const Arguments& arguments) {
  return show_settings(context, scope_of(context, arguments.word(0)));
}

Status account_set(Context& context, const Arguments& arguments) {
  return change_settings(context, scope_of(context, arguments.word(0)), std::span(arguments.words).subspan(1), set_one);
}

Status account_unset(Context& context, const Arguments& arguments) {
  return change_settings(context, scope_of(context, arguments.word(0)), std::span(arguments.words).subspan(1),
                         unset_one);
}

Status policy_show(Context& context, const Arguments& /*arguments*/) {
  return show_settings(context, {});
}

Status policy_set(Context& context, const Arguments& arguments) {
  return change_settings(context, {}, arguments.words, set_one);
}

Status policy_unset(Context& context, const Arguments& arguments) {
  return change_settings(context, {}, arguments.words, unset_one);
}

}  // namespace clientid::ctl
