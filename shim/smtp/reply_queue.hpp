// Keeps replies in the order of the commands while some of them are at the back end (RFC 2920): our own reply to
// a later command waits until the back end has answered the earlier ones.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace clientid {

class ReplyQueue {
 public:
  // A command went to the back end: the client waits for its reply, or we alone asked.
  void expect() { entries_.push_back({Kind::backend, {}}); }
  void expect_silently() { entries_.push_back({Kind::silent, {}}); }

  // Our own reply, in its turn.
  void add(std::string_view text) { entries_.push_back({Kind::own, std::string(text)}); }

  // The next reply of the back end. False if none was asked for.
  bool on_backend_reply(std::string_view text);

  // The back end is gone: whoever still waits for it gets `text`.
  void fail(std::string_view text);

  bool awaits_backend() const;

  // What may be sent now.
  std::string take_due();

 private:
  enum class Kind : std::uint8_t { backend, silent, own };
  struct Entry {
    Kind kind;
    std::string text;
  };

  std::deque<Entry> entries_;
};

}  // namespace clientid
