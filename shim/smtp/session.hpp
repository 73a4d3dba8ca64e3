// The SMTP session as a state machine without a socket: a line goes in, a reply and an action come out. It knows what
// may be said when; who carries an action out tells it the result.
//
// AUTH is in auth_exchange.hpp; what happens to commands that go to the back end, in conversation.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/identity/identity.hpp"
#include "shim/smtp/auth_exchange.hpp"
#include "shim/smtp/backend_offer.hpp"
#include "shim/smtp/command.hpp"
#include "shim/smtp/reply_queue.hpp"

namespace clientid {

struct SessionRules {
  std::string hostname;
  bool clientid = true;                // `clientid = on`
  bool relay_unauthenticated = false;  // `unauthenticated = relay`, D8.2
  unsigned max_errors = 10;            // bad commands and failed AUTHs of one session
  std::uint64_t max_message_size = 0;  // octets; 0: any
};

enum class Action : std::uint8_t {
  reply,         // send the reply
  start_tls,     // send the reply, shake hands, then call tls_started()
  authenticate,  // run the mechanism with the initial response, then call auth_result()
  respond,       // give the response to the mechanism, then call auth_result()
  forward,       // the back end answers; the reply is empty
  reset,         // tell the back end RSET on our own account, then send the reply
  close,         // send the reply, then end the session
  quit,          // the same, as the client wants it
};

struct Step {
  Action action = Action::reply;
  std::string reply;
  AuthInput auth;                // with authenticate and respond
  Asked asked = Asked::command;  // with forward
  std::optional<std::uint64_t>
      chunk;  // BDAT: so many octets follow in the stream; without forward they are passed over
};

enum class AuthStatus : std::uint8_t {
  challenge,  // the mechanism goes on
  authenticated,
  not_permitted,  // right password, refused device, and refuse-at = after-auth
  refused,
  unavailable,
};

// From MAIL to the end of its message.
struct MailTransaction {
  bool data = false;         // DATA was tried: BDAT cannot follow, nor the other way round
  bool chunks = false;       // BDAT or BURL
  bool too_big = false;      // a chunk was refused: without it the message must not be delivered
  std::uint64_t octets = 0;  // of the chunks so far
};

class Session {
 public:
  // `rules` must outlive the session.
  Session(const SessionRules& rules, bool encrypted) : rules_(&rules), encrypted_(encrypted) {}

  std::string greeting() const;

  // How long the next line may be, in octets with CRLF.
  std::size_t line_limit() const;

  // `offer` is what EHLO announces and AUTH takes.
  Step on_line(std::string_view line, const BackendOffer& offer);

  // D4.8: everything said before is forgotten, the identity with it. `certificate` is what the client has shown of
  // itself in the handshake, if that counts (X3).
  void tls_started(std::optional<Identity> certificate = std::nullopt);

  // `challenge` is raw octets, with AuthStatus::challenge.
  Step auth_result(AuthStatus status, std::string_view challenge);

  // The back end refused the MAIL, or has got the whole message, or is gone.
  void transaction_ended() { transaction_.reset(); }
  bool in_transaction() const { return transaction_.has_value(); }
  bool between_chunks() const { return transaction_ && transaction_->chunks; }
  bool in_auth() const { return exchange_.has_value(); }

  // X3: that of CLIENTID, or without one that of the certificate.
  const std::optional<Identity>& identity() const { return clientid_given_ ? identity_ : certificate_; }
  const std::string& helo() const { return helo_; }
  bool encrypted() const { return encrypted_; }
  bool authenticated() const { return authenticated_; }

 private:
  struct Verb;
  static const std::vector<Verb>& verbs();

  Step ehlo(std::string_view parameters);
  Step helo(std::string_view parameters);
  Step start_tls(std::string_view parameters);
  Step client_id(std::string_view parameters);
  Step auth(std::string_view parameters);
  Step mail(std::string_view parameters);
  Step rcpt(std::string_view parameters);
  Step data(std::string_view parameters);
  Step bdat(std::string_view parameters);
  Step burl(std::string_view parameters);
  Step etrn(std::string_view parameters);
  Step rset(std::string_view parameters);
  Step noop(std::string_view parameters);
  Step vrfy(std::string_view parameters);
  Step help(std::string_view parameters);
  Step quit(std::string_view parameters);

  Step say(std::string_view reply) { return {.action = Action::reply, .reply = std::string(reply)}; }
  Step close(std::string_view reply) { return {.action = Action::close, .reply = std::string(reply)}; }
  Step forward(Asked asked) { return {.action = Action::forward, .asked = asked}; }
  Step error(std::string_view reply);
  Step not_now(const Verb& verb);
  Step from_exchange(AuthExchange::Step step);
  Step greeted(std::string_view parameters, std::string reply);
  std::string ehlo_reply() const;

  const SessionRules* rules_;
  bool encrypted_;
  bool announced_ = false;  // an EHLO reply on this encrypted connection has announced CLIENTID and AUTH
  bool auth_seen_ = false;  // any AUTH command, D4.7
  bool authenticated_ = false;
  bool not_permitted_ = false;                  // D8.3
  std::optional<MailTransaction> transaction_;  // a MAIL was forwarded, and not refused as far as we know
  unsigned errors_ = 0;
  std::string helo_;
  bool clientid_given_ = false;       // D4.6
  std::optional<Identity> identity_;  // of CLIENTID; none where it claims what it cannot prove
  std::optional<Identity> certificate_;
  std::optional<AuthExchange> exchange_;  // between AUTH and its final reply
  const BackendOffer* offer_ = nullptr;   // during on_line()
};

}  // namespace clientid
