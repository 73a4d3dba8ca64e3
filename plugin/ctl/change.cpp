#include "plugin/ctl/change.hpp"

#include <utility>

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
