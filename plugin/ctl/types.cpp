// type list, show, set and unset: how identities of a type are handled (D7.3, D7.4).
#include <algorithm>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/change.hpp"
#include "plugin/ctl/setting_edit.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/token_input.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/store/type_table.hpp"

namespace clientid::ctl {
namespace {

std::string type_of(std::string_view word) {
  return word == any_type ? std::string(word) : read_type(word);
}

TypeRule rule_of(const std::map<std::string, TypeLevel>& levels, const std::string& type) {
  const auto level = [&](const std::string& name) {
    const auto found = levels.find(name);
    return found == levels.end() ? TypeLevel() : found->second;
  };
  return effective(type, level(type), level(std::string(any_type)));
}

Json to_json(const std::string& type, const TypeRule& rule) {
  Json json{{"type", type}};
  for (const auto& [name, value] : values(rule)) json[name] = value;
  return json;
}

SettingEdit set_one(TypeLevel& level, std::string_view word) {
  return set_word(level, word, [&](std::string_view name, std::string_view value) { set(level, name, value); });
}

Status change_type(Context& context, const Arguments& arguments, SettingEdit (*edit)(TypeLevel&, std::string_view)) {
  const auto type = type_of(arguments.word(0));
  Change change(context);
  TypeTable table(context.store());
  auto level = table.load(type);
  std::vector<SettingEdit> edits;
  std::string history;
  for (const auto& word : std::span(arguments.words).subspan(1)) {
    edits.push_back(edit(level, word.view()));
    if (edits.back().changed) history += (history.empty() ? "" : ", ") + edits.back().text;
  }
  if (!history.empty()) {
    table.save(type, level);
    change.record("", "type " + type + ": " + history);
    change.commit();
  }
  if (context.output().json()) {
    Json set = Json::object();
    for (const auto& [name, value] : values(level)) set[name] = value;
    context.output().value({{"type", type}, {"set", set}, {"changed", !history.empty()}});
    return Status::done;
  }
  for (const auto& made : edits) context.output().say(printable("type " + type + ": " + made.text));
  return Status::done;
}

}  // namespace

Status type_list(Context& context, const Arguments& /*arguments*/) {
  const auto levels = TypeTable(context.store()).list();
  std::vector<std::string> types{std::string(any_type)};
  types.insert(types.end(), built_in_types.begin(), built_in_types.end());
  for (const auto& [type, level] : levels) types.push_back(type);
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());

  auto all = Json::array();
  std::vector<Row> rows;
  for (const auto& type : types) {
    const auto rule = rule_of(levels, type);
    all.push_back(to_json(type, rule));
    Row row{type};
    for (const auto& setting : values(rule)) row.push_back(setting.value);
    rows.push_back(row);
  }
  if (context.output().json()) {
    context.output().value(all);
  } else {
    context.output().table({"TYPE", "FLAGS", "CHECK", "ON-MISMATCH", "SHARED"}, rows);
  }
  return Status::done;
}

Status type_show(Context& context, const Arguments& arguments) {
  const auto type = type_of(arguments.word(0));
  const auto levels = TypeTable(context.store()).list();
  const auto rule = rule_of(levels, type);
  if (context.output().json()) {
    context.output().value(to_json(type, rule));
    return Status::done;
  }
  const auto from = [&](const std::string& name) -> std::string {
    for (const auto& level : {type, std::string(any_type)}) {
      const auto found = levels.find(level);
      if (found != levels.end() && value_of(found->second, name)) return "type " + level;
    }
    return "default";
  };
  std::vector<Row> rows;
  for (const auto& [name, value] : values(rule)) rows.push_back({name, value, from(name)});
  context.output().table({"SETTING", "VALUE", "FROM"}, rows);
  return Status::done;
}

Status type_set(Context& context, const Arguments& arguments) {
  return change_type(context, arguments, set_one);
}

Status type_unset(Context& context, const Arguments& arguments) {
  return change_type(context, arguments, unset_word<TypeLevel>);
}

}  // namespace clientid::ctl
