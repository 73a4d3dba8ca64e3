// A session without a socket: whatever lines a client sends, in whatever order. The first octet sets the rules; behind
// it are lines, and one that follows an AUTH step says what came of that: a, n, r or u as in AuthStatus, else a
// challenge.
#include "shim/smtp/session.hpp"

#include <algorithm>
#include <array>

#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/replies.hpp"

namespace clientid {
namespace {

constexpr unsigned relay_unauthenticated = 1;
constexpr unsigned no_clientid = 2;
constexpr unsigned small_messages = 4;
constexpr unsigned plain_offer = 8;
constexpr unsigned encrypted = 16;

constexpr std::array<std::string_view, 6> relayed{"MAIL", "RCPT", "DATA", "BDAT", "BURL", "ETRN"};

AuthStatus status_of(std::string_view line) {
  switch (line.empty() ? '\0' : line.front()) {
    case 'a': return AuthStatus::authenticated;
    case 'n': return AuthStatus::not_permitted;
    case 'r': return AuthStatus::refused;
    case 'u': return AuthStatus::unavailable;
    default: return AuthStatus::challenge;
  }
}

class Watched {
 public:
  explicit Watched(unsigned flags)
      : flags_(flags),
        rules_{.hostname = "shim",
               .clientid = !has(no_clientid),
               .relay_unauthenticated = has(relay_unauthenticated),
               .max_errors = 50,
               .max_message_size = has(small_messages) ? 1000U : 0U},
        offer_{{"CHUNKING"}, {"PLAIN", "LOGIN", "SCRAM-SHA-256"}},
        session_(rules_, has(encrypted)) {
    if (!has(plain_offer)) offer_.keywords.insert(offer_.keywords.end(), {"BURL imap", "ETRN", "SIZE 1000"});
    require(count_replies(session_.greeting()) == 1, "the greeting is a reply");
  }

  void run(std::string_view lines) {
    while (!lines.empty() && !over_) {
      const auto line = take_until(lines, '\n');
      // The line reader gives no others.
      const bool odd = line.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos;
      if (odd || line.size() + 2 > session_.line_limit()) return;
      auto step = session_.on_line(line, offer_);
      look_at(step, line);
      while (step.action == Action::authenticate || step.action == Action::respond) {
        step = end_step(status_of(take_until(lines, '\n')), line);
        look_at(step, {});
      }
    }
  }

 private:
  bool has(unsigned flag) const { return (flags_ & flag) != 0; }

  Step end_step(AuthStatus status, std::string_view challenge) {
    const bool in = status == AuthStatus::authenticated || status == AuthStatus::not_permitted;
    permitted_ = permitted_ || status == AuthStatus::authenticated;
    auto step = session_.auth_result(status, challenge);
    require(step.reply.starts_with("235 ") == in, "235 is for who was authenticated");
    return step;
  }

  void look_at(const Step& step, std::string_view line) {
    const auto replies = count_replies(step.reply);
    switch (step.action) {
      case Action::forward: look_at_forwarded(step, line); break;
      case Action::authenticate:
      case Action::respond:
        require(session_.encrypted(), "AUTH is for encrypted connections");
        require(replies == 0, "the reply waits for the result");
        break;
      case Action::start_tls:
        require(!session_.encrypted() && replies == 1, "STARTTLS is for those in the clear");
        session_.tls_started();
        require(!session_.identity() && !session_.in_transaction(), "all that was said before is forgotten");
        token_.clear();
        break;
      case Action::close:
      case Action::quit:
        over_ = true;
        require(replies == 1 || replies == 2, "the end is told");
        break;
      case Action::reply:
      case Action::reset: require(replies == 1, "one command has one reply"); break;
    }
    look_at_state();
  }

  void look_at_forwarded(const Step& step, std::string_view line) {
    const auto verb = parse_command(line).verb;
    require(step.reply.empty(), "the back end answers");
    require(permitted_ || rules_.relay_unauthenticated, "nothing reaches the back end before AUTH");
    require(std::find(relayed.begin(), relayed.end(), verb) != relayed.end(), "no other verb reaches the back end");
    require((verb != "BURL" && verb != "ETRN") || offer_.has(verb), "BURL and ETRN must be offered");
    require(!step.chunk || verb == "BDAT", "octets follow BDAT alone");
  }

  void look_at_state() {
    require(!session_.authenticated() || permitted_, "nobody is in without a good result");
    const auto& identity = session_.identity();
    require(token_.empty() || (identity && identity->token.view() == token_), "the first identity stays");
    if (identity) token_ = identity->token.view();
    require(!identity || (session_.encrypted() && rules_.clientid), "CLIENTID is for encrypted connections");
  }

  unsigned flags_;
  SessionRules rules_;
  BackendOffer offer_;
  Session session_;
  bool permitted_ = false;
  bool over_ = false;
  std::string token_;
};

}  // namespace

void fuzz(std::string_view input) {
  const auto flags = take_octet(input);
  Watched(flags).run(input);
}

}  // namespace clientid
