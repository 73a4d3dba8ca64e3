// list, show, pending, licence list: bindings to read.
#include <algorithm>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/binding_view.hpp"
#include "plugin/ctl/selector.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/token_input.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/policy/account.hpp"
#include "plugin/store/bindings.hpp"

namespace clientid::ctl {
namespace {

BindingState state_of(const std::string& text) {
  if (const auto state = parse_binding_state(text)) return *state;
  throw ConfigError("--state takes active, pending, suspended or revoked");
}

Status print_all(Context& context, const BindingFilter& filter) {
  print(context, Bindings(context.store()).list(filter));
  return Status::done;
}

}  // namespace

Status list(Context& context, const Arguments& arguments) {
  BindingFilter filter;
  if (!arguments.words.empty()) filter.account = account_or_licence(context, arguments.word(0));
  if (const auto type = arguments.option("type")) filter.type = read_type(*type);
  if (const auto unused = arguments.option("unused-for")) {
    filter.unused_since = context.now() - duration_of("--unused-for", *unused);
  }
  if (const auto key = arguments.option("key")) {
    if (!is_key_id(*key)) throw ConfigError("--key takes the number of a key, as key list shows it");
    filter.key_id = *key;
  }
  std::optional<BindingState> state;
  if (const auto text = arguments.option("state")) state = state_of(*text);

  auto bindings = Bindings(context.store()).list(filter);
  // Not left to the store: what is in force changes with time alone.
  std::erase_if(bindings,
                [&](const Binding& binding) { return state && state_in_force(binding, context.now()) != *state; });
  print(context, bindings);
  return Status::done;
}

Status pending(Context& context, const Arguments& arguments) {
  BindingFilter filter;
  filter.state = BindingState::pending;
  if (!arguments.words.empty()) filter.account = account_of(context, arguments.word(0));
  return print_all(context, filter);
}

Status licence_list(Context& context, const Arguments& /*arguments*/) {
  BindingFilter filter;
  filter.account = any_account;
  return print_all(context, filter);
}

Status show(Context& context, const Arguments& arguments) {
  const auto binding = Selector(context, arguments.words).find(context);
  const auto value = to_json(binding, context.now());
  if (context.output().json()) {
    context.output().value(value);
    return Status::done;
  }
  std::size_t width = 0;
  for (const auto& [name, field] : value.items()) width = std::max(width, name.size());
  for (const auto& [name, field] : value.items()) {
    std::string text = field.is_string() ? field.get<std::string>() : field.dump();
    if (field.is_null() || text.empty()) text = "-";
    if (name == "expires" && expired(binding, context.now())) text += " (expired)";
    text = printable(text);
    if (name == "state") text = context.output().state(text, text);
    context.output().line(padded(name, width + 2) + text);
  }
  return Status::done;
}

}  // namespace clientid::ctl
