#include "plugin/ctl/binding_view.hpp"

#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/time_json.hpp"

namespace clientid::ctl {
namespace {

std::string state_text(const Binding& binding, Time now) {
  std::string text(name(state_in_force(binding, now)));
  return expired(binding, now) ? text + " (expired)" : text;
}

}  // namespace

Json to_json(const Binding& binding, Time now) {
  const auto state = state_in_force(binding, now);
  return {
      {"id", binding.id},
      {"account", binding.account},
      {"type", binding.type},
      {"fingerprint", binding.fingerprint.short_form()},
      {"state", name(state)},
      {"label", binding.label},
      {"created", format_time(binding.created)},
      {"created_by", binding.created_by},
      {"last_seen", to_json(binding.last_seen)},
      {"last_peer", text_or_null(binding.last_peer)},
      {"expires", to_json(binding.expires)},
      {"uses", binding.uses},
      {"key_id", binding.key_id},
      {"suspended_until", to_json(state == BindingState::suspended ? binding.suspended_until : std::optional<Time>{})},
  };
}

void print(Context& context, const std::vector<Binding>& bindings) {
  if (context.output().json()) {
    auto all = Json::array();
    for (const auto& binding : bindings) all.push_back(to_json(binding, context.now()));
    context.output().value(all);
    return;
  }
  std::vector<Row> rows;
  rows.reserve(bindings.size());
  for (const auto& binding : bindings) {
    rows.push_back({std::to_string(binding.id), binding.account, binding.type, binding.fingerprint.short_form(),
                    state_text(binding, context.now()), binding.last_seen ? format_time(*binding.last_seen) : "",
                    binding.label});
  }
  using enum Column::Kind;
  context.output().table(
      {"ID", {"ACCOUNT", text}, "TYPE", "FINGERPRINT", {"STATE", state}, "LAST SEEN", {"LABEL", text}}, rows);
}

void report(Context& context, const Binding& binding, bool changed, const std::string& what) {
  if (context.output().json()) {
    auto value = to_json(binding, context.now());
    value["changed"] = changed;
    context.output().value(value);
  } else {
    context.output().say(printable("binding " + std::to_string(binding.id) + ": " + what));
  }
}

}  // namespace clientid::ctl
