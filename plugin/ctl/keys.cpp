// key list, key rotate, key retire: the hash keys (X8).
#include <algorithm>
#include <array>
#include <cstdlib>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/change.hpp"
#include "plugin/ctl/confirmation.hpp"
#include "plugin/ctl/counted.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/time_json.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/store/key_usage.hpp"

namespace clientid::ctl {
namespace {

constexpr std::array states{BindingState::active, BindingState::pending, BindingState::suspended,
                            BindingState::revoked};

constexpr const char* reload = "systemctl reload clientid-shim";

std::uint64_t count_of(const BindingCounts& counts, BindingState state) {
  return counts.at(static_cast<std::size_t>(state));
}

// " (2 active, 1 revoked)"; empty where there are none.
std::string states_of(const BindingCounts& counts) {
  std::string text;
  for (const auto state : states) {
    const auto count = count_of(counts, state);
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(name(state));
  }
  return text.empty() ? "" : " (" + text + ")";
}

std::string by_state(const BindingCounts& counts) {
  return std::to_string(total(counts)) + states_of(counts);
}

Json json_of(const BindingCounts& counts) {
  auto object = Json::object();
  for (const auto state : states) object[std::string(name(state))] = count_of(counts, state);
  return object;
}

// What a key is, and what stands under it.
struct KeyRow {
  std::string id;  // empty: not known
  std::string state;
  std::string created;
  KeyUsage usage;
};

std::string state_of(const KeyFile& file, const HashKey& key) {
  if (key.id == file.current_id()) return "current";
  return is_older_key(key.id, file.current_id()) ? "old" : "next";
}

// The keys of the file in their order, and then what the store has under others.
std::vector<KeyRow> all_keys(Context& context) {
  const auto& file = context.key();
  auto usage = key_usage(context.store(), context.now());
  std::vector<KeyRow> rows;
  for (const auto& key : file.keys()) {
    auto used = usage.extract(key.id);
    rows.push_back({key.id, state_of(file, key), key.created, used ? used.mapped() : KeyUsage()});
  }
  for (const auto& [id, used] : usage) {
    const bool any = used.devices() + used.blocks > 0;
    if (any) rows.push_back({id, id.empty() ? "unknown" : "missing", "", used});
  }
  return rows;
}

Json json_of(const KeyRow& key) {
  return {
      {"id", text_or_null(key.id)},
      {"state", key.state},
      {"created", text_or_null(key.created)},
      {"bindings", json_of(key.usage.bindings)},
      {"licences", json_of(key.usage.licences)},
      {"blocks", key.usage.blocks},
      {"last_moved", to_json(key.usage.last_moved)},
  };
}

// What was done to a key, and what is to be done next.
void report(Context& context, const KeyFile& file, const HashKey& key, bool changed, const std::string& what,
            const std::vector<std::string>& next) {
  const auto& output = context.output();
  if (output.json()) {
    output.value({{"id", key.id},
                  {"state", file.find(key.id) == nullptr ? "retired" : state_of(file, key)},
                  {"created", text_or_null(key.created)},
                  {"key_file", context.site().key_file},
                  {"changed", changed}});
    return;
  }
  output.say(printable("key " + key.id + ": " + what));
  for (const auto& step : next) output.say(step);
}

// Changes to the file stand between the two halves of a change to the store, whose lock lets one program at a time do
// it. The file comes first: the history must not tell of a key that is nowhere.
template <typename Edit>
void change_keys(Context& context, Edit edit) {
  Change change(context);
  auto file = KeyFile::load(context.site().key_file);
  const auto what = edit(file);
  if (what.empty()) return;
  file.replace(context.site().key_file);
  change.record(std::string(), what);
  change.commit();
}

// The newest of those that are newer than the current one.
const HashKey* next_key(const KeyFile& file) {
  const auto newest = std::ranges::max_element(file.keys(), is_older_key, &HashKey::id);
  return newest->id == file.current_id() ? nullptr : &*newest;
}

std::string new_id(Context& context, const KeyFile& file) {
  auto highest = highest_key(context.store());
  for (const auto& key : file.keys()) highest = std::max(highest, std::strtoll(key.id.c_str(), nullptr, 10));
  return std::to_string(highest + 1);
}

void add_key(Context& context, KeyFile& file) {
  if (file.keys().size() == KeyFile::max_keys) {
    throw Failure(Status::rule, "there are " + std::to_string(KeyFile::max_keys) +
                                    " keys, and no more may be; retire old ones: clientidctl key list");
  }
  file.add(new_id(context, file), format_time(context.now()));
}

Status prepare(Context& context) {
  bool made = false;
  change_keys(context, [&](KeyFile& file) -> std::string {
    if (next_key(file) != nullptr) return {};
    add_key(context, file);
    made = true;
    return "hash key " + next_key(file)->id + " made";
  });
  const auto file = KeyFile::load(context.site().key_file);
  report(context, file, *next_key(file), made, made ? "made, and not yet current" : "already made, and not yet current",
         {"Next: give this key file to every host that shares the store, and have each shim read it:",
          std::string("  ") + reload, "When all of them have, make the key current: clientidctl key rotate"});
  return Status::done;
}

std::string under(const KeyUsage& usage) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  const auto add_counts = [&](const BindingCounts& counts, const std::string& one) {
    if (total(counts) > 0) add(counted(total(counts), one) + states_of(counts));
  };
  add_counts(usage.bindings, "binding");
  add_counts(usage.licences, "licence");
  if (usage.blocks > 0) add(counted(usage.blocks, "block"));
  return text;
}

void confirm_retirement(Context& context, const std::string& id, bool yes) {
  auto usage = key_usage(context.store(), context.now());
  auto lost = under(usage[id]);
  // As one whose key is not known may be under this one.
  const auto unknown = usage[""].blocks;
  if (unknown > 0) lost += (lost.empty() ? "" : ", ") + counted(unknown, "block") + " of a key that is not known";
  if (lost.empty()) return;
  confirm_removal("key " + id + ", and with it what still stands under it and would be of no effect (" + lost +
                      "; which bindings, says: clientidctl list --key " + id + ")",
                  yes);
}

}  // namespace

Status key_list(Context& context, const Arguments& /*arguments*/) {
  const auto keys = all_keys(context);
  if (context.output().json()) {
    auto all = Json::array();
    for (const auto& key : keys) all.push_back(json_of(key));
    context.output().value(all);
    return Status::done;
  }
  std::vector<Row> rows;
  rows.reserve(keys.size());
  for (const auto& key : keys) {
    rows.push_back({key.id.empty() ? "-" : key.id, key.state, key.created, by_state(key.usage.bindings),
                    by_state(key.usage.licences), std::to_string(key.usage.blocks),
                    key.usage.last_moved ? format_time(*key.usage.last_moved) : ""});
  }
  context.output().table({"KEY", "STATE", "CREATED", "BINDINGS", "LICENCES", "BLOCKS", "LAST MOVED"}, rows);
  return Status::done;
}

Status key_rotate(Context& context, const Arguments& arguments) {
  if (arguments.flag("prepare")) return prepare(context);
  bool made = false;
  change_keys(context, [&](KeyFile& file) {
    made = next_key(file) == nullptr;
    if (made) add_key(context, file);
    const auto id = next_key(file)->id;
    file.make_current(id);
    return "hash key " + id + (made ? " made, and made current" : " made current");
  });
  const auto file = KeyFile::load(context.site().key_file);
  std::vector<std::string> next{std::string("Next, at once, have the shim read it: ") + reload};
  if (!made) next = {"Next: give this key file to every host, and have each shim read it: " + std::string(reload)};
  next.emplace_back("Its log then says hash-keys current=" + file.current_id() +
                    ". Devices move to the key as they come: clientidctl key list");
  report(context, file, file.keys().front(), true, made ? "made, and current from now on" : "current from now on",
         next);
  return Status::done;
}

Status key_retire(Context& context, const Arguments& arguments) {
  const std::string given(arguments.word(0));
  if (!is_key_id(given)) throw ConfigError("that is no key: it takes a number as key list shows it");
  const auto* key = context.key().find(given);
  if (key == nullptr) {
    report(context, context.key(), {given, Secret(), ""}, false, "not in the key file", {});
    return Status::done;
  }
  const std::string id = key->id;
  const HashKey retired{id, Secret(), key->created};
  const auto require_not_current = [&](const KeyFile& file) {
    if (id != file.current_id()) return;
    throw Failure(Status::rule,
                  "key " + id + " is the current one; make another one current first: clientidctl key rotate");
  };
  require_not_current(context.key());
  confirm_retirement(context, id, arguments.flag("yes"));
  change_keys(context, [&](KeyFile& file) {
    require_not_current(file);
    file.remove(id);
    return "hash key " + id + " retired";
  });
  report(context, KeyFile::load(context.site().key_file), retired, true, "retired",
         {"Next: give this key file to every host, and have each shim read it: " + std::string(reload)});
  return Status::done;
}

}  // namespace clientid::ctl
