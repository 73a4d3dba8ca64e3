#include "plugin/ctl/change.hpp"

#include <utility>

#include "plugin/ctl/restriction_view.hpp"

namespace clientid::ctl {

void Change::record(const Binding& binding, const std::string& what) {
  Event event;
  event.account = binding.account;
  event.type = binding.type;
  event.fingerprint = binding.fingerprint.hex();
  add(std::move(event), "binding " + std::to_string(binding.id) + " " + what);
}

void Change::record(const std::string& account, const std::string& what) {
  Event event;
  event.account = account;
  add(std::move(event), what);
}

void Change::record(const Restriction& restriction, const std::string& what) {
  Event event;
  if (restriction.kind == Restricted::account) event.account = restriction.subject;
  if (restriction.kind == Restricted::device) event.fingerprint = restriction.subject;
  if (restriction.kind == Restricted::network) event.network = restriction.subject;
  add(std::move(event), subject_text(restriction) + ": " + what);
}

void Change::add(Event event, const std::string& what) {
  event.at = context_.now();
  event.outcome = Outcome::changed;
  event.detail = what + " by " + context_.who();
  events_.push_back(std::move(event));
}

void Change::commit() {
  History(context_.store()).append(events_);
  transaction_.commit();
}

}  // namespace clientid::ctl
