#include "tests/unit/smtp_model.hpp"

namespace clientid {
namespace {

constexpr const char* too_big_text = "552 5.3.4 Message too big";

}  // namespace

Outcome SmtpModel::run(const std::vector<Item>& script) {
  for (const auto& item : script) {
    if (outcome_.closed) break;
    take(item);
  }
  return outcome_;
}

void SmtpModel::say(const std::string& reply) {
  outcome_.replies += reply + "\r\n";
}

// True where it is accepted.
bool SmtpModel::answer(Verdict verdict, const std::string& name) {
  const auto reply = reply_text(verdict, name);
  say(reply.empty() ? "451 4.4.2 Connection to the mail server lost, try again later" : reply);
  if (verdict == Verdict::shut_down) outcome_.closed = true;
  if (verdict != Verdict::accept && verdict != Verdict::refuse && verdict != Verdict::defer) transaction_.reset();
  return verdict == Verdict::accept;
}

void SmtpModel::take(const Item& item) {
  switch (item.said) {
    case Said::own:
      say(item.reply);
      outcome_.closed = item.ends;
      break;
    case Said::reset:
      transaction_.reset();
      say(item.reply);
      break;
    case Said::mail: mail(item); break;
    case Said::rcpt: rcpt(item); break;
    case Said::data: data(item); break;
    case Said::bdat: bdat(item); break;
  }
}

void SmtpModel::mail(const Item& item) {
  if (transaction_) return say(bad_sequence_text);
  if (max_message_size_ > 0 && item.size > max_message_size_) return say(too_big_text);
  outcome_.heard.push_back(item.line);
  const auto name = "mail " + item.tag;
  if (answer(verdicts_.of(name), name)) transaction_ = Transaction{.tag = item.tag};
}

void SmtpModel::rcpt(const Item& item) {
  if (!transaction_) return say(bad_sequence_text);
  outcome_.heard.push_back(item.line);
  const auto name = "rcpt " + item.tag;
  if (answer(verdicts_.of(name), name)) ++transaction_->recipients;
}

void SmtpModel::data(const Item& item) {
  if (!transaction_ || transaction_->chunks > 0 || transaction_->too_big) return say(bad_sequence_text);
  outcome_.heard.emplace_back("DATA");
  const auto name = "data " + transaction_->tag + " " + std::to_string(transaction_->datas++);
  const auto verdict = transaction_->recipients > 0 ? verdicts_.of(name) : Verdict::refuse;
  if (answer(verdict, name)) message(item);
}

void SmtpModel::message(const Item& item) {
  const auto name = "message " + transaction_->tag;
  const bool too_big = max_message_size_ > 0 && item.size > max_message_size_;
  transaction_.reset();
  if (item.bare) {
    outcome_.closed = true;
    return say("554 5.6.0 Bare CR or LF in the message");
  }
  if (too_big) return say(too_big_text);
  const auto verdict = verdicts_.of_content(name, false);
  if (verdict != Verdict::leave_midway && verdict != Verdict::refuse_early) {
    outcome_.heard.push_back("message: " + item.content);
  }
  answer(verdict, name);
}

void SmtpModel::bdat(const Item& item) {
  if (!transaction_ || transaction_->datas > 0 || transaction_->too_big) return say(bad_sequence_text);
  if (max_message_size_ > 0 && transaction_->octets + item.content.size() > max_message_size_) {
    transaction_->too_big = true;
    if (item.last) transaction_.reset();
    return say(too_big_text);
  }
  transaction_->octets += item.content.size();
  const auto name = "bdat " + transaction_->tag + " " + std::to_string(transaction_->chunks++);
  if (transaction_->failed) {
    say(bad_sequence_text);
  } else {
    outcome_.heard.push_back(item.line);
    const auto verdict =
        transaction_->recipients > 0 ? verdicts_.of_content(name, item.content.empty()) : Verdict::refuse;
    if (verdict != Verdict::leave && verdict != Verdict::leave_midway && verdict != Verdict::refuse_early) {
      outcome_.heard.push_back("chunk: " + item.content);
    }
    if (!answer(verdict, name) && transaction_) transaction_->failed = true;
  }
  if (item.last) transaction_.reset();
}

}  // namespace clientid
