// The client of the generated tests: says its script as far as it may without having heard more.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/smtp_script.hpp"

namespace clientid {

class ScriptedClient {
 public:
  // `patience` in a hundred times it waits for all replies before it goes on; half as often in the middle of a chunk
  // for those before it. It always waits for the reply to DATA, and sends no message where that is none; and for the
  // reply to `waits_at`.
  ScriptedClient(std::vector<Item> script, Dice& dice, unsigned patience, Said waits_at)
      : script_(std::move(script)), dice_(dice), patience_(patience), waits_at_(waits_at) {}

  // Some of the octets that it has to say; none where it waits for a reply, or has said all.
  std::string say();
  void hear(std::string_view octets);

  const std::string& heard() const { return heard_; }
  // One of each reply, in a line of its own where it has several.
  const std::vector<std::string>& replies() const { return replies_; }
  // What each of them is to: a place in the script, and whether it is to the message of a DATA.
  struct Question {
    std::size_t item;
    bool message;
  };
  const std::vector<Question>& questions() const { return questions_; }
  bool has_said_all() const { return next_ == script_.size() && said_ == octets_.size() && later_.empty(); }

 private:
  void go_on();
  void say_message();
  void say_command(const Item& item);

  std::vector<Item> script_;
  Dice& dice_;
  unsigned patience_;
  Said waits_at_;
  std::size_t next_ = 0;  // item
  std::string octets_;    // that may be sent now
  std::size_t said_ = 0;
  std::string later_;          // and behind so many replies, these
  std::size_t waits_for_ = 0;  // replies, before it goes on
  bool waits_behind_ = false;  // `later_`
  bool data_ = false;          // it waits for the reply to DATA
  std::string heard_;
  std::string line_;
  std::vector<std::string> replies_;
  std::vector<Question> questions_;
};

}  // namespace clientid
