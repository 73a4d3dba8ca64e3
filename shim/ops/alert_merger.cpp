#include "shim/ops/alert_merger.hpp"

#include <algorithm>
#include <utility>

namespace clientid {

AlertMerger::Key AlertMerger::key_of(const Alert& alert) {
  return {alert.kind, alert.account, alert.type, alert.fingerprint, alert.account.empty() ? alert.peer : ""};
}

void AlertMerger::add(Alert alert, Clock::time_point now) {
  auto key = key_of(alert);
  auto found = groups_.find(key);
  if (found == groups_.end()) {
    if (!make_room()) {
      ++lost_;
      return;
    }
    found = groups_.emplace(std::move(key), Group{now, {}}).first;
  }
  auto& waiting = found->second.waiting;
  const auto at = alert.at;
  if (!waiting) {
    waiting = MergedAlert{std::move(alert), at, at};
    return;
  }
  waiting->alert = std::move(alert);
  waiting->last = at;
  ++waiting->count;
}

// Who was told already is rather told twice than somebody else not at all.
bool AlertMerger::make_room() {
  if (groups_.size() < max_groups) return true;
  auto oldest = groups_.end();
  for (auto i = groups_.begin(); i != groups_.end(); ++i) {
    if (!i->second.waiting && (oldest == groups_.end() || i->second.due < oldest->second.due)) oldest = i;
  }
  if (oldest == groups_.end()) return false;
  groups_.erase(oldest);
  return true;
}

AlertMerger::Groups::const_iterator AlertMerger::first_due() const {
  auto first = groups_.end();
  for (auto i = groups_.begin(); i != groups_.end(); ++i) {
    if (i->second.waiting && (first == groups_.end() || i->second.due < first->second.due)) first = i;
  }
  return first;
}

std::optional<AlertMerger::Clock::time_point> AlertMerger::next_time() const {
  const auto first = first_due();
  if (first == groups_.end()) return std::nullopt;
  return std::max(first->second.due, allowed_from());
}

std::optional<MergedAlert> AlertMerger::take(Clock::time_point now) {
  const auto first = first_due();
  if (first == groups_.end() || now < first->second.due || now < allowed_from()) return std::nullopt;
  all_used_ = std::max(all_used_, now) + spacing;
  auto& group = groups_.at(first->first);
  group.due = now + interval;
  return std::exchange(group.waiting, std::nullopt);
}

std::vector<MergedAlert> AlertMerger::take_rest() {
  std::vector<MergedAlert> rest;
  for (auto& [key, group] : groups_) {
    if (group.waiting) rest.push_back(std::move(*group.waiting));
  }
  groups_.clear();
  return rest;
}

std::uint64_t AlertMerger::take_lost() {
  return std::exchange(lost_, 0);
}

}  // namespace clientid
