// A strict little mail server for the generated tests: octets in, replies out, and a record of what it heard. What it
// answers is told by Verdicts.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/smtp_script.hpp"

namespace clientid {

struct Delivered {
  std::string tag;  // of its MAIL
  std::vector<std::string> recipients;
  std::string text;
};

// What outlives the connections.
struct BackendRecord {
  std::vector<std::string> heard;    // as Outcome::heard; and what should never come, with "!" before it
  std::vector<Delivered> delivered;  // accepted, whether or not anybody was told
};

class ScriptedBackend {
 public:
  ScriptedBackend(const Verdicts& verdicts, Dice& dice, bool pipelining, bool losses, BackendRecord& record)
      : verdicts_(verdicts), dice_(dice), pipelining_(pipelining), losses_(losses), record_(record) {}

  void take(std::string_view octets);

  bool left() const { return left_; }
  // It left in the middle of content, where its peer cannot but notice.
  bool left_midway() const { return left_midway_; }
  bool owes() const { return !replies_.empty(); }
  std::string take_reply();
  void leave() { left_ = true; }

 private:
  struct Transaction {
    std::string tag;
    std::vector<std::string> recipients;
    unsigned datas = 0;
    unsigned chunks = 0;
    bool failed = false;
    std::string text;
  };

  bool take_line();
  bool take_message();
  bool take_chunk();
  void on_line(const std::string& line);
  void on_rset();
  void on_mail(const std::string& line);
  void on_rcpt(const std::string& line);
  void on_data(const std::string& line);
  void on_bdat(const std::string& line);
  void end_chunk();
  void deliver();
  void refuse() { replies_.emplace_back(bad_sequence_text); }
  bool answer(Verdict verdict, const std::string& name);

  const Verdicts& verdicts_;
  Dice& dice_;
  bool pipelining_;
  bool losses_;
  BackendRecord& record_;

  std::string input_;
  std::deque<std::string> replies_;
  std::optional<Transaction> transaction_;
  bool in_message_ = false;
  std::optional<std::size_t> chunk_;  // octets of the chunk that is being read
  bool last_ = false;
  bool refused_ = false;  // this chunk
  std::string name_;      // of the content
  bool left_ = false;
  bool left_midway_ = false;
};

}  // namespace clientid
