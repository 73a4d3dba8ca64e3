#include "shim/smtp/reply_queue.hpp"

#include <algorithm>

namespace clientid {

bool ReplyQueue::on_backend_reply(std::string_view text) {
  const auto waiting =
      std::find_if(entries_.begin(), entries_.end(), [](const Entry& entry) { return entry.kind != Kind::own; });
  if (waiting == entries_.end()) return false;
  *waiting = {Kind::own, waiting->kind == Kind::backend ? std::string(text) : std::string()};
  return true;
}

void ReplyQueue::fail(std::string_view text) {
  while (on_backend_reply(text)) {
  }
}

bool ReplyQueue::awaits_backend() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const Entry& entry) { return entry.kind != Kind::own; });
}

std::string ReplyQueue::take_due() {
  std::string due;
  while (!entries_.empty() && entries_.front().kind == Kind::own) {
    due += entries_.front().text;
    entries_.pop_front();
  }
  return due;
}

}  // namespace clientid
