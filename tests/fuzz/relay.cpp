// A client and a back end that both send anything, in any order, and what may happen beside. The first octet sets the
// rules. Behind it are records, which the octet 1e separates, and which begin with what they are:
//
//     >  octets of the client        =  what comes of an AUTH: a, n, r, u as in AuthStatus, else a challenge
//     <  lines of the back end       !  the connection to it is lost        ?  the next one cannot be opened
#include <algorithm>
#include <memory>
#include <utility>

#include "shim/smtp/conversation.hpp"
#include "tests/fuzz/backend_ear.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/replies.hpp"

namespace clientid {
namespace {

constexpr unsigned in_the_clear = 1;
constexpr unsigned no_pipelining = 2;
constexpr unsigned no_chunking = 4;
constexpr unsigned small_messages = 8;

AuthStatus status_of(std::string_view text) {
  switch (text.empty() ? '\0' : text.front()) {
    case 'a': return AuthStatus::authenticated;
    case 'n': return AuthStatus::not_permitted;
    case 'r': return AuthStatus::refused;
    case 'u': return AuthStatus::unavailable;
    default: return AuthStatus::challenge;
  }
}

class Play {
 public:
  explicit Play(unsigned flags) : flags_(flags) { run(); }

  void take(std::string_view record) {
    const auto kind = take_octet(record);
    if (next_ == Next::close) return;
    switch (kind) {
      case '>': client(record); break;
      case '<': backend(record); break;
      case '=':
        if (!std::exchange(in_auth_, false)) return;
        conversation_.auth_result(status_of(record), "challenge");
        break;
      case '!': lose(); break;
      case '?': reachable_ = false; break;
      default: break;
    }
    run();
  }

  void end() const {
    const auto replies = count_replies(said_);
    require(replies <= 2 * conversation_.lines() + 3,
            "a command has the replies of it and of its message, and no more");
  }

 private:
  bool has(unsigned flag) const { return (flags_ & flag) != 0; }

  void client(std::string_view octets) {
    std::copy(octets.begin(), octets.end(), conversation_.reader().prepare(octets.size()).begin());
    conversation_.reader().commit(octets.size());
  }

  // As the line reader and the parser of replies would give them.
  void backend(std::string_view octets) {
    BackendReplyParser parser;
    while (!octets.empty() && ear_) {
      const auto line = take_until(octets, '\n');
      const bool odd = line.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos;
      const auto status = odd ? BackendReplyParser::Status::malformed : parser.on_line(line);
      if (status == BackendReplyParser::Status::malformed) return lose();
      if (status == BackendReplyParser::Status::complete) hear(parser.take());
    }
  }

  void hear(const BackendReply& reply) {
    const bool owed = ear_->owes();
    const bool early = !owed && conversation_.in_content();
    if (!conversation_.on_backend_reply(reply)) return lose();
    require(owed || early, "a reply that nobody asked for is not taken");
    if (owed) ear_->replied(reply.code);
    run();
  }

  void lose() {
    if (!ear_) return;
    ear_.reset();
    conversation_.backend_lost();
  }

  void run() {
    // Nothing else is done before that is known.
    if (in_auth_) return;
    for (int steps = 0; steps < 100'000; ++steps) {
      next_ = conversation_.next(offer_);
      switch (next_) {
        case Next::authenticate: in_auth_ = true; return;
        case Next::read_client:
        case Next::read_backend:
        case Next::close: return;
        case Next::start_tls: conversation_.tls_started(std::nullopt); break;
        case Next::write_client:
          said_ += conversation_.to_client();
          conversation_.client_written();
          break;
        case Next::open_backend: open(); break;
        case Next::write_backend:
          require(ear_ != nullptr, "a back end is open before it is written to");
          ear_->take(conversation_.to_backend());
          conversation_.backend_written();
          break;
        case Next::drop_backend:
          ear_.reset();
          conversation_.backend_closed();
          break;
      }
    }
    require(false, "somebody is waited for in the end");
  }

  void open() {
    require(conversation_.session().authenticated(), "no back end is opened before AUTH");
    require(ear_ == nullptr, "there is one back end at a time");
    if (!std::exchange(reachable_, true)) return conversation_.backend_unavailable();
    ear_ = std::make_unique<BackendEar>();
    conversation_.backend_opened(!has(no_pipelining), !has(no_chunking));
  }

  unsigned flags_;
  SessionRules rules_{.hostname = "shim", .max_errors = 20, .max_message_size = has(small_messages) ? 100U : 0U};
  BackendOffer offer_{{"CHUNKING", "BURL imap", "ETRN"}, {"PLAIN", "LOGIN"}};
  Conversation conversation_{rules_, !has(in_the_clear)};
  std::unique_ptr<BackendEar> ear_;
  Next next_ = Next::close;
  bool in_auth_ = false;
  bool reachable_ = true;
  std::string said_;
};

}  // namespace

void fuzz(std::string_view input) {
  Play play(take_octet(input));
  while (!input.empty()) play.take(take_until(input, '\x1e'));
  play.end();
}

}  // namespace clientid
