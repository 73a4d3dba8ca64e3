// What a client says once it is signed in, between it and a back end that keeps to the rules: cut anywhere, the same
// octets give the same replies, and the same at the back end. The first octet sets the rules, the second where it is
// cut.
#include "shim/smtp/conversation.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "tests/fuzz/backend_ear.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/replies.hpp"

namespace clientid {
namespace {

constexpr unsigned one_by_one = 1;      // the back end has no PIPELINING
constexpr unsigned small_messages = 2;  // are all that we take
constexpr unsigned refuses = 4;         // the back end does so with some senders, recipients and messages

// Answers by what it was sent alone, at whatever time.
class Backend {
 public:
  // Behind a MAIL that was refused, what is pipelined gets 503 from one of us or the other; a chunk that is too big as
  // well gets 552 from us, if we do not know yet. So it takes all messages where we do not.
  explicit Backend(unsigned flags) : takes_all_((flags & small_messages) != 0 || (flags & refuses) == 0) {}

  void take(std::string_view octets) { ear_.take(octets); }
  bool owes() const { return ear_.owes(); }

  BackendReply reply() {
    const auto& question = ear_.asked();
    const int code = code_for(question);
    BackendReply reply{code, {std::to_string(code) + " to " + question.line}};
    if (code == out_of_order) {
      reply.lines.front() = "503 5.5.1 Bad sequence of commands";
    } else {
      record_.push_back(reply.lines.front() + ": " + question.content);
    }
    ear_.replied(code);
    return reply;
  }

  // All that was asked, with its answer and content, but what came out of order.
  const std::vector<std::string>& record() const { return record_; }

 private:
  static constexpr int out_of_order = 503;

  bool likes(const std::string& line) const {
    unsigned sum = 0;
    for (const char c : line) sum = sum * 31 + static_cast<unsigned char>(c);
    return takes_all_ || sum % 4 != 0;
  }

  int code_for(const BackendEar::Question& question) {
    if (question.verb == "RSET" || question.verb == "MAIL") {
      transaction_ = question.verb == "MAIL" && likes(question.line);
      return transaction_ || question.verb == "RSET" ? 250 : 550;
    }
    if (!transaction_) return out_of_order;
    if (question.verb == "DATA") return likes(question.line) ? 354 : 451;
    if (question.verb == "RCPT") return likes(question.line) ? 250 : 550;
    if (question.line.empty() || lower_case(question.line).ends_with(" last")) transaction_ = false;
    return 250;
  }

  bool takes_all_;
  BackendEar ear_;
  bool transaction_ = false;
  std::vector<std::string> record_;
};

struct Outcome {
  std::string replies;
  std::vector<std::string> heard;
  bool closed = false;
  bool in_content = false;  // the input ended there
};

// A chunk that nobody wants is answered before it is there if we know, and behind it if the back end says so.
bool agree(const Outcome& one, const Outcome& other) {
  const bool early =
      one.in_content && (one.replies.starts_with(other.replies) || other.replies.starts_with(one.replies));
  return (one.replies == other.replies || early) && one.heard == other.heard && one.closed == other.closed &&
         one.in_content == other.in_content;
}

class Play {
 public:
  explicit Play(unsigned flags) : flags_(flags) {
    feed("EHLO client\r\nAUTH PLAIN AGEAYg==\r\n");
    run();
    conversation_.auth_result(AuthStatus::authenticated, {});
    run();
    require(conversation_.session().authenticated(), "the client is signed in");
  }

  Outcome run(std::string_view octets, Cuts cuts) {
    while (!octets.empty() && !outcome_.closed) {
      feed(cuts.take(octets));
      run();
    }
    outcome_.in_content = conversation_.in_content();
    end_backend();
    count_replies(outcome_.replies);
    return outcome_;
  }

 private:
  void feed(std::string_view octets) {
    std::copy(octets.begin(), octets.end(), conversation_.reader().prepare(octets.size()).begin());
    conversation_.reader().commit(octets.size());
  }

  void run() {
    for (int steps = 0; steps < 100'000; ++steps) {
      const auto next = conversation_.next(offer_);
      outcome_.closed = next == Next::close;
      if (outcome_.closed || next == Next::read_client || next == Next::authenticate) return;
      carry_out(next);
    }
    require(false, "it comes to an end");
  }

  void carry_out(Next next) {
    switch (next) {
      case Next::write_client:
        outcome_.replies += conversation_.to_client();
        conversation_.client_written();
        break;
      case Next::open_backend:
        backend_ = std::make_unique<Backend>(flags_);
        conversation_.backend_opened((flags_ & one_by_one) == 0, true);
        break;
      case Next::write_backend:
        backend_->take(conversation_.to_backend());
        conversation_.backend_written();
        break;
      case Next::read_backend:
        require(backend_ && backend_->owes(), "a reply is waited for where one is owed");
        require(conversation_.on_backend_reply(backend_->reply()), "a good reply is taken");
        break;
      case Next::drop_backend:
        end_backend();
        conversation_.backend_closed();
        break;
      default: require(false, "TLS is started once"); break;
    }
  }

  void end_backend() {
    if (!backend_) return;
    const auto& record = backend_->record();
    outcome_.heard.insert(outcome_.heard.end(), record.begin(), record.end());
    backend_.reset();
  }

  unsigned flags_;
  SessionRules rules_{
      .hostname = "shim", .max_errors = 1'000'000, .max_message_size = (flags_ & small_messages) != 0 ? 300U : 0U};
  BackendOffer offer_{{"CHUNKING", "BURL imap"}, {"PLAIN"}};
  Conversation conversation_{rules_, true};
  std::unique_ptr<Backend> backend_;
  Outcome outcome_;
};

}  // namespace

void fuzz(std::string_view input) {
  const auto flags = take_octet(input);
  const auto seed = take_octet(input);
  const auto whole = Play(flags).run(input, Cuts(seed, 0));
  require(agree(Play(flags).run(input, Cuts(seed, 1)), whole), "octets one by one come to the same");
  require(agree(Play(flags).run(input, Cuts(seed, 30)), whole), "octets in pieces come to the same");
}

}  // namespace clientid
