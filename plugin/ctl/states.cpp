// approve, deny, suspend, resume, revoke: the states of a binding and the ways between them.
#include <algorithm>
#include <array>

#include "plugin/ctl/binding_view.hpp"
#include "plugin/ctl/change.hpp"
#include "plugin/ctl/selector.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/store/bindings.hpp"

namespace clientid::ctl {
namespace {

using enum BindingState;

// What stands for a state is the command to use there instead; nothing: this one applies, or has nothing to do where
// the state is reached already. From revoked no command leads back: the refusal of a lost device must not end by a
// slip.
struct Transition {
  std::string_view verb;
  std::string_view done;
  BindingState to;
  std::string_view if_active;
  std::string_view if_pending;
  std::string_view if_suspended;
  std::string_view if_revoked;
};

constexpr std::array transitions{
    //         verb       done         to         active    pending    suspended  revoked
    Transition{"approve", "approved", active, "", "", "resume", "remove"},
    Transition{"deny", "denied", revoked, "revoke", "", "revoke", ""},
    Transition{"suspend", "suspended", suspended, "", "deny", "", "remove"},
    Transition{"resume", "resumed", active, "", "approve", "", "remove"},
    Transition{"revoke", "revoked", revoked, "", "", "", ""},
};

const Transition& transition_of(std::string_view verb) {
  return *std::find_if(transitions.begin(), transitions.end(), [&](const auto& row) { return row.verb == verb; });
}

std::string_view instead(const Transition& transition, BindingState from) {
  switch (from) {
    case active: return transition.if_active;
    case pending: return transition.if_pending;
    case suspended: return transition.if_suspended;
    case revoked: return transition.if_revoked;
  }
  return {};
}

void require_applicable(const Transition& transition, const Binding& binding, BindingState from) {
  const auto other = instead(transition, from);
  if (other.empty()) return;
  const auto id = std::to_string(binding.id);
  throw Failure(Status::rule, "binding " + id + " is " + std::string(name(from)) + ", and " +
                                  std::string(transition.verb) + " does not apply to that; instead: clientidctl " +
                                  std::string(other) + " " + id +
                                  (other == "remove" ? ", which makes the device unknown to the account" : ""));
}

std::string until_text(const std::optional<Time>& until) {
  return until ? " until " + format_time(*until) : "";
}

}  // namespace

Status change_state(Context& context, const Arguments& arguments) {
  const auto& transition = transition_of(arguments.command->name);
  std::optional<Time> until;
  if (const auto duration = arguments.option("for")) until = context.now() + duration_of("--for", *duration);
  const Selector selector(context, arguments.words);

  Change change(context);
  auto binding = selector.find(context);
  const auto from = state_in_force(binding, context.now());
  require_applicable(transition, binding, from);
  if (from == transition.to && (from != suspended || until == binding.suspended_until)) {
    report(context, binding, false, "already " + std::string(name(from)) + until_text(until));
    return Status::done;
  }
  binding.state = transition.to;
  binding.suspended_until = until;
  Bindings(context.store()).set_state(binding.id, binding.state, until);
  const auto what = std::string(transition.done) + until_text(until);
  change.record(binding, what);
  change.commit();
  report(context, binding, true, what);
  return Status::done;
}

}  // namespace clientid::ctl
