// A back end that takes apart what it is sent as RFC 5321 and RFC 3030 have it, and requires that it can trust it:
// whole commands that the relay knows, each without a bare CR or LF, and content where it asked for some.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace clientid {

class BackendEar {
 public:
  // A command or a message that is to be answered.
  struct Question {
    std::string line;  // of a message: empty
    std::string verb;
    std::string content;  // of a message or a chunk, as far as it is whole
  };

  void take(std::string_view octets);

  bool owes() const { return !questions_.empty(); }
  const Question& asked() const { return questions_.front(); }
  // To asked(), which is over with it.
  void replied(int code);

 private:
  enum class State : std::uint8_t { commands, data_asked, message, chunk };

  void take_command();
  void take_message();
  void take_chunk();

  State state_ = State::commands;
  std::string waiting_;
  std::string content_;
  std::uint64_t chunk_ = 0;  // octets to come
  std::deque<Question> questions_;
};

}  // namespace clientid
