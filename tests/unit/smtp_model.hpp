// What must come of a script: a few plain rules, with the whole script before them and no octet stream, no cuts and no
// time. Written from the RFCs, not from the code.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/unit/smtp_script.hpp"

namespace clientid {

struct Outcome {
  std::string replies;             // at the client, all of them
  std::vector<std::string> heard;  // by the back end: "MAIL FROM:<...", "message: ...", but nothing it answered 503
  bool closed = false;             // by us
};

class SmtpModel {
 public:
  SmtpModel(const Verdicts& verdicts, std::uint64_t max_message_size)
      : verdicts_(verdicts), max_message_size_(max_message_size) {}

  Outcome run(const std::vector<Item>& script);

 private:
  struct Transaction {
    std::string tag;
    unsigned recipients = 0;
    unsigned datas = 0;
    unsigned chunks = 0;
    std::uint64_t octets = 0;
    bool too_big = false;
    bool failed = false;  // a chunk was not accepted
  };

  void take(const Item& item);
  void mail(const Item& item);
  void rcpt(const Item& item);
  void data(const Item& item);
  void message(const Item& item);
  void bdat(const Item& item);
  void say(const std::string& reply);
  bool answer(Verdict verdict, const std::string& name);

  const Verdicts& verdicts_;
  std::uint64_t max_message_size_;
  std::optional<Transaction> transaction_;
  Outcome outcome_;
};

}  // namespace clientid
