// Keeps replies in the order of the commands while some of them are at the back end (RFC 2920): our own reply to
// a later command waits until the back end has answered the earlier ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clientid {

// What a reply of the back end is to.
enum class Asked : std::uint8_t {
  command,
  mail,     // MAIL: a transaction has begun, or not
  data,     // DATA: the message may come, or not
  message,  // the end of a message
  reset,    // RSET on our own account: the client is not told
};

class ReplyQueue {
 public:
  // A command went to the back end.
  void expect(Asked asked) { entries_.push_back({asked, true, {}}); }

  // Our own reply, in its turn.
  void add(std::string_view text) { entries_.push_back({Asked::command, false, std::string(text)}); }

  // The next reply of the back end, and what it is to. Nothing if none was asked for.
  std::optional<Asked> on_backend_reply(std::string_view text);

  // The back end is gone: whoever still waits for it gets `text`.
  void fail(std::string_view text);

  // What the next reply of the back end will be to; nothing if none is waited for.
  std::optional<Asked> awaited() const;
  // Is any of those to come to such a question?
  bool awaits(Asked asked) const;

  // What may be sent now.
  std::string take_due();

 private:
  struct Entry {
    Asked asked;
    bool waiting;
    std::string text;
  };

  std::vector<Entry> entries_;  // which, unlike a deque, costs an idle connection nothing
};

}  // namespace clientid
