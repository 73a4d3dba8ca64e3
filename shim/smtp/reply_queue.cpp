#include "shim/smtp/reply_queue.hpp"

#include <algorithm>

namespace clientid {
namespace {

constexpr auto is_waiting = [](const auto& entry) { return entry.waiting; };

}  // namespace

std::optional<Asked> ReplyQueue::on_backend_reply(std::string_view text) {
  const auto entry = std::find_if(entries_.begin(), entries_.end(), is_waiting);
  if (entry == entries_.end()) return std::nullopt;
  entry->waiting = false;
  if (entry->asked != Asked::reset) entry->text = text;
  return entry->asked;
}

void ReplyQueue::fail(std::string_view text) {
  while (on_backend_reply(text)) {
  }
}

std::optional<Asked> ReplyQueue::awaited() const {
  const auto entry = std::find_if(entries_.begin(), entries_.end(), is_waiting);
  return entry == entries_.end() ? std::nullopt : std::optional(entry->asked);
}

bool ReplyQueue::awaits(Asked asked) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [asked](const Entry& entry) { return entry.waiting && entry.asked == asked; });
}

std::string ReplyQueue::take_due() {
  const auto end = std::find_if(entries_.begin(), entries_.end(), is_waiting);
  std::string due;
  std::for_each(entries_.begin(), end, [&](const Entry& entry) { due += entry.text; });
  entries_.erase(entries_.begin(), end);
  return due;
}

}  // namespace clientid
