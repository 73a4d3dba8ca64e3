#include "tests/unit/scripted_backend.hpp"

namespace clientid {
namespace {

// "MAIL FROM:<17@example.com>": 17.
std::string tag_of(const std::string& line) {
  const auto begin = line.find('<') + 1;
  return line.substr(begin, line.find('@') - begin);
}

}  // namespace

void ScriptedBackend::take(std::string_view octets) {
  input_ += octets;
  bool more = true;
  while (more && !left_) more = chunk_ ? take_chunk() : in_message_ ? take_message() : take_line();
}

std::string ScriptedBackend::take_reply() {
  auto reply = replies_.front();
  replies_.pop_front();
  return reply;
}

bool ScriptedBackend::take_line() {
  const auto end = input_.find('\n');
  if (end == std::string::npos) return false;
  const auto line = input_.substr(0, end == 0 ? 0 : end - 1);
  if (input_.substr(0, end + 1) != line + "\r\n" || line.find('\r') != std::string::npos) {
    record_.heard.push_back("!bare CR or LF: " + line);
  }
  if (!pipelining_ && owes()) record_.heard.push_back("!pipelined: " + line);
  input_.erase(0, end + 1);
  on_line(line);
  return true;
}

void ScriptedBackend::on_line(const std::string& line) {
  if (line == "RSET") return on_rset();
  if (line.starts_with("MAIL FROM:")) return on_mail(line);
  if (line.starts_with("RCPT TO:")) return on_rcpt(line);
  if (line == "DATA") return on_data(line);
  if (line.starts_with("BDAT ")) return on_bdat(line);
  record_.heard.push_back("!" + line);
}

// Nobody is told what it said to that, so it may say anything.
void ScriptedBackend::on_rset() {
  transaction_.reset();
  if (losses_ && dice_.in_hundred(20)) return leave();
  replies_.emplace_back(losses_ && dice_.in_hundred(20) ? "421 bye" : "250 reset");
}

// True where it is accepted.
bool ScriptedBackend::answer(Verdict verdict, const std::string& name) {
  if (const auto reply = reply_text(verdict, name); !reply.empty()) replies_.push_back(reply);
  if (verdict != Verdict::accept && verdict != Verdict::refuse && verdict != Verdict::defer) leave();
  return verdict == Verdict::accept;
}

void ScriptedBackend::on_mail(const std::string& line) {
  if (transaction_) return refuse();
  record_.heard.push_back(line);
  const auto tag = tag_of(line);
  if (answer(verdicts_.of("mail " + tag), "mail " + tag)) transaction_ = Transaction{.tag = tag};
}

void ScriptedBackend::on_rcpt(const std::string& line) {
  if (!transaction_) return refuse();
  record_.heard.push_back(line);
  const auto name = "rcpt " + tag_of(line);
  if (answer(verdicts_.of(name), name)) transaction_->recipients.push_back(tag_of(line));
}

void ScriptedBackend::on_data(const std::string& line) {
  if (!transaction_ || transaction_->chunks > 0) return refuse();
  record_.heard.push_back(line);
  const auto name = "data " + transaction_->tag + " " + std::to_string(transaction_->datas++);
  in_message_ = answer(transaction_->recipients.empty() ? Verdict::refuse : verdicts_.of(name), name);
}

bool ScriptedBackend::take_message() {
  if (input_.empty()) return false;
  const auto name = "message " + transaction_->tag;
  const auto verdict = verdicts_.of_content(name, false);
  if (verdict == Verdict::leave_midway || verdict == Verdict::refuse_early) {
    left_midway_ = true;
    answer(verdict, name);
    return false;
  }
  const auto place = input_.find("\r\n.\r\n");
  const bool whole = input_.starts_with(".\r\n") || place != std::string::npos;
  const auto size = input_.starts_with(".\r\n") ? 3 : whole ? place + 5 : input_.size();
  for (std::size_t i = 0; i < size; ++i) {
    const bool cr = input_[i] == '\r' && (i + 1 == input_.size() || input_[i + 1] != '\n');
    const bool lf = input_[i] == '\n' && (i == 0 || input_[i - 1] != '\r');
    if (cr || lf) record_.heard.emplace_back("!bare CR or LF in a message");
  }
  if (!whole) return false;
  transaction_->text = input_.substr(0, size);
  input_.erase(0, size);
  in_message_ = false;
  record_.heard.push_back("message: " + transaction_->text);
  if (verdict == Verdict::accept) deliver();
  answer(verdict, name);
  transaction_.reset();
  return true;
}

void ScriptedBackend::deliver() {
  record_.delivered.push_back({transaction_->tag, transaction_->recipients, transaction_->text});
}

// Out of turn or not, the octets follow.
void ScriptedBackend::on_bdat(const std::string& line) {
  chunk_ = std::stoul(line.substr(5));
  last_ = line.ends_with(" LAST");
  refused_ = !transaction_ || transaction_->datas > 0 || transaction_->failed;
  if (refused_) return;
  record_.heard.push_back(line);
  name_ = "bdat " + transaction_->tag + " " + std::to_string(transaction_->chunks++);
  const bool refuses = transaction_->recipients.empty();
  if (!refuses && verdicts_.of_content(name_, *chunk_ == 0) == Verdict::leave) leave();
}

bool ScriptedBackend::take_chunk() {
  if (*chunk_ > 0 && input_.empty()) return false;
  if (!refused_ && !transaction_->recipients.empty()) {
    const auto verdict = verdicts_.of_content(name_, *chunk_ == 0);
    if (verdict == Verdict::leave_midway || verdict == Verdict::refuse_early) {
      left_midway_ = true;
      answer(verdict, name_);
      return false;
    }
  }
  if (input_.size() < *chunk_) return false;
  end_chunk();
  return true;
}

void ScriptedBackend::end_chunk() {
  const auto octets = input_.substr(0, *chunk_);
  input_.erase(0, *chunk_);
  const auto verdict =
      !refused_ && transaction_->recipients.empty() ? Verdict::refuse : verdicts_.of_content(name_, *chunk_ == 0);
  chunk_.reset();
  if (refused_) {
    refuse();
  } else {
    record_.heard.push_back("chunk: " + octets);
    transaction_->text += octets;
    if (last_ && verdict == Verdict::accept) deliver();
    if (!answer(verdict, name_)) transaction_->failed = true;
  }
  if (last_) transaction_.reset();
}

}  // namespace clientid
