// remove, licence remove, label, expire.
#include <algorithm>
#include <map>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/binding_view.hpp"
#include "plugin/ctl/change.hpp"
#include "plugin/ctl/confirmation.hpp"
#include "plugin/ctl/label.hpp"
#include "plugin/ctl/selector.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/policy/account.hpp"
#include "plugin/store/bindings.hpp"

namespace clientid::ctl {
namespace {

std::vector<Selector> selectors_of(Context& context, std::span<const Secret> words) {
  std::vector<Selector> selectors;
  const bool numbers =
      std::all_of(words.begin(), words.end(), [](const Secret& word) { return parse_id(word.view()); });
  if (!numbers) {
    if (words.size() > 3) throw ConfigError("remove takes IDs, or ACCOUNT FINGERPRINT, or ACCOUNT TYPE TOKEN|-");
    selectors.emplace_back(context, words);
    return selectors;
  }
  for (std::size_t i = 0; i < words.size(); ++i) selectors.emplace_back(context, words.subspan(i, 1));
  return selectors;
}

Status remove_all(Context& context, const std::vector<Selector>& selectors) {
  Change change(context);
  std::map<std::int64_t, Binding> bindings;  // named twice, one is removed once
  for (const auto& selector : selectors) {
    auto binding = selector.find(context);
    bindings.emplace(binding.id, std::move(binding));
  }
  for (const auto& [id, binding] : bindings) {
    Bindings(context.store()).remove(id);
    change.record(binding, "removed");
  }
  change.commit();

  if (context.output().json()) {
    auto all = Json::array();
    for (const auto& [id, binding] : bindings) all.push_back(to_json(binding, context.now()));
    context.output().value(all);
    return Status::done;
  }
  for (const auto& [id, binding] : bindings) report(context, binding, true, "removed");
  return Status::done;
}

}  // namespace

Status remove(Context& context, const Arguments& arguments) {
  const auto selectors = selectors_of(context, arguments.words);
  if (selectors.size() > 1) confirm_removal(std::to_string(selectors.size()) + " bindings", arguments.flag("yes"));
  return remove_all(context, selectors);
}

Status licence_remove(Context& context, const Arguments& arguments) {
  std::vector<Secret> words;
  words.emplace_back(any_account);
  for (const auto& word : arguments.words) words.push_back(word.clone());
  std::vector<Selector> selectors;
  selectors.emplace_back(context, words);
  return remove_all(context, selectors);
}

Status label(Context& context, const Arguments& arguments) {
  const std::span words(arguments.words);
  const auto text = *checked_label(std::string(words.back().view()));
  const Selector selector(context, words.first(words.size() - 1));

  Change change(context);
  auto binding = selector.find(context);
  const bool changed = binding.label != text;
  if (changed) {
    binding.label = text;
    Bindings(context.store()).set_label(binding.id, text);
    change.record(binding, "labelled \"" + text + "\"");
    change.commit();
  }
  report(context, binding, changed, (changed ? "labelled \"" : "already labelled \"") + text + "\"");
  return Status::done;
}

Status expire(Context& context, const Arguments& arguments) {
  const std::span words(arguments.words);
  std::optional<Time> expires;
  if (words.back().view() != "never") expires = time_of(context, "WHEN", words.back().view());
  const Selector selector(context, words.first(words.size() - 1));

  Change change(context);
  auto binding = selector.find(context);
  const bool changed = binding.expires != expires;
  const std::string what = expires ? "expires " + format_time(*expires) : "never expires";
  if (changed) {
    binding.expires = expires;
    Bindings(context.store()).set_expiry(binding.id, expires);
    change.record(binding, what);
    change.commit();
  }
  report(context, binding, changed, (changed ? "" : "already ") + what);
  return Status::done;
}

}  // namespace clientid::ctl
