// Replies in the order of their commands, whatever comes when. Each octet is one thing that happens.
#include "shim/smtp/reply_queue.hpp"

#include <deque>

#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

// The same, plainly: what is not due yet stands in one list.
class Model {
 public:
  void put(Asked asked, bool waiting, const std::string& text) { entries_.push_back({asked, waiting, text}); }

  bool answer(const std::string& text) {
    for (auto& entry : entries_) {
      if (!entry.waiting) continue;
      entry.waiting = false;
      if (entry.asked != Asked::reset) entry.text = text;
      return true;
    }
    return false;
  }

  std::string take_due() {
    std::string due;
    for (; !entries_.empty() && !entries_.front().waiting; entries_.pop_front()) due += entries_.front().text;
    return due;
  }

 private:
  struct Entry {
    Asked asked;
    bool waiting;
    std::string text;
  };

  std::deque<Entry> entries_;
};

}  // namespace

void fuzz(std::string_view input) {
  ReplyQueue queue;
  Model model;
  unsigned number = 0;
  while (!input.empty()) {
    const auto octet = take_octet(input);
    const auto text = std::to_string(++number) + ",";
    const auto asked = static_cast<Asked>(octet % 5);
    switch (octet / 5 % 5) {
      case 0:
        queue.expect(asked);
        model.put(asked, true, {});
        break;
      case 1:
        queue.add(text);
        model.put(Asked::command, false, text);
        break;
      case 2:
        require(queue.on_backend_reply(text).has_value() == model.answer(text), "a reply is to a question");
        break;
      case 3: require(queue.take_due() == model.take_due(), "what is due is in order"); break;
      default:
        queue.fail(text);
        while (model.answer(text)) continue;
        require(!queue.awaited(), "nobody waits for who is gone");
    }
  }
  require(queue.take_due() == model.take_due(), "what is left is in order");
}

}  // namespace clientid
