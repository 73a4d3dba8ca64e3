#include "shim/smtp/session.hpp"

#include <algorithm>

#include "shim/smtp/base64.hpp"
#include "shim/smtp/line_reader.hpp"
#include "shim/smtp/message_parameters.hpp"
#include "shim/smtp/replies.hpp"

namespace clientid {
namespace {

constexpr std::size_t max_helo = 255;

// No host name has a space or a control character. Other octets pass: clients send what their owner called the machine,
// and it is never used unencoded.
bool valid_helo(std::string_view name) {
  return !name.empty() && name.size() <= max_helo &&
         std::none_of(name.begin(), name.end(), [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

}  // namespace

// What a verb needs before its handler is asked. An unlisted verb is not recognised: that covers XCLIENT and XFORWARD,
// which speak for the whole connection to the back end.
struct Session::Verb {
  std::string_view name;
  Step (Session::*handler)(std::string_view parameters);
  bool relayed = false;  // needs authentication, unless mail is relayed without
  bool content = false;  // octets that are no commands follow
};

const std::vector<Session::Verb>& Session::verbs() {
  static const std::vector<Verb> all{
      {"EHLO", &Session::ehlo},          {"HELO", &Session::helo},       {"STARTTLS", &Session::start_tls},
      {"CLIENTID", &Session::client_id}, {"AUTH", &Session::auth},       {"MAIL", &Session::mail, true},
      {"RCPT", &Session::rcpt, true},    {"DATA", &Session::data, true}, {"BDAT", &Session::bdat, true, true},
      {"BURL", &Session::burl, true},    {"ETRN", &Session::etrn, true}, {"RSET", &Session::rset},
      {"NOOP", &Session::noop},          {"VRFY", &Session::vrfy, true}, {"HELP", &Session::help},
      {"QUIT", &Session::quit},
  };
  return all;
}

std::string Session::greeting() const {
  return "220 " + rules_->hostname + " ESMTP\r\n";
}

std::size_t Session::line_limit() const {
  // AUTH may carry a long initial response, and only where AUTH is possible.
  return encrypted_ && announced_ && !authenticated_ ? max_auth_line : max_command_line;
}

Step Session::on_line(std::string_view line, const BackendOffer& offer) {
  offer_ = &offer;
  if (exchange_) return from_exchange(exchange_->on_line(line));

  const auto command = parse_command(line);
  if (command.verb != "AUTH" && line.size() + 2 > max_command_line) return close(replies::line_too_long);
  if (not_permitted_ && command.verb != "QUIT") {
    return command.verb == "BDAT" ? close(replies::not_permitted) : error(replies::not_permitted);
  }
  for (const auto& verb : verbs()) {
    if (verb.name != command.verb) continue;
    if (verb.relayed && !authenticated_ && !rules_->relay_unauthenticated) return not_now(verb);
    return (this->*verb.handler)(command.parameters);
  }
  return error(replies::unrecognised);
}

// Content that nobody wants yet is not even read: it could be large.
Step Session::not_now(const Verb& verb) {
  const auto reply = encrypted_ ? replies::authentication_required : replies::tls_required;
  return verb.content ? close(reply) : error(reply);
}

void Session::tls_started(std::optional<Identity> certificate) {
  const auto errors = errors_;
  *this = Session(*rules_, true);
  errors_ = errors;
  certificate_ = std::move(certificate);
}

Step Session::auth_result(AuthStatus status, std::string_view challenge) {
  if (status == AuthStatus::challenge) {
    const auto encoded = encode_base64(challenge);
    return say("334 " + std::string(encoded.view()) + "\r\n");
  }
  exchange_.reset();
  switch (status) {
    case AuthStatus::authenticated: authenticated_ = true; return say(replies::authenticated);
    case AuthStatus::not_permitted: not_permitted_ = true; return say(replies::authenticated);
    case AuthStatus::unavailable: return error(replies::unavailable);
    case AuthStatus::refused:
    case AuthStatus::challenge: break;
  }
  return error(replies::refused);
}

Step Session::error(std::string_view reply) {
  if (++errors_ < rules_->max_errors) return say(reply);
  return close(std::string(reply) + std::string(replies::too_many_errors));
}

Step Session::from_exchange(AuthExchange::Step step) {
  switch (step.kind) {
    case AuthExchange::Step::Kind::reply: return say(step.reply);
    case AuthExchange::Step::Kind::error: exchange_.reset(); return error(step.reply);
    case AuthExchange::Step::Kind::input: break;
  }
  const auto action = step.input.mechanism.empty() ? Action::respond : Action::authenticate;
  return {.action = action, .auth = std::move(step.input)};
}

std::string Session::ehlo_reply() const {
  std::vector<std::string> lines{rules_->hostname, "PIPELINING"};
  lines.insert(lines.end(), offer_->keywords.begin(), offer_->keywords.end());
  if (!encrypted_) {
    lines.emplace_back("STARTTLS");
  } else {
    std::string auth = "AUTH";
    for (const auto& mechanism : offer_->mechanisms) auth += " " + mechanism;
    if (!offer_->mechanisms.empty()) lines.push_back(auth);
    if (rules_->clientid) lines.emplace_back("CLIENTID");  // D3.1 to D3.3
  }
  std::string reply;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    reply += (i + 1 < lines.size() ? "250-" : "250 ") + lines[i] + "\r\n";
  }
  return reply;
}

// RFC 5321 section 4.1.4: EHLO in the middle of things resets the transaction, and nothing else (D4.8).
Step Session::greeted(std::string_view parameters, std::string reply) {
  helo_ = parameters;
  transaction_.reset();
  return {.action = Action::reset, .reply = std::move(reply)};
}

Step Session::ehlo(std::string_view parameters) {
  if (!valid_helo(parameters)) return error(replies::bad_parameters);
  announced_ = encrypted_;
  return greeted(parameters, ehlo_reply());
}

Step Session::helo(std::string_view parameters) {
  if (!valid_helo(parameters)) return error(replies::bad_parameters);
  return greeted(parameters, "250 " + rules_->hostname + "\r\n");
}

Step Session::start_tls(std::string_view parameters) {
  if (!parameters.empty()) return error(replies::bad_parameters);
  if (encrypted_ || transaction_) return error(replies::bad_sequence);
  return {.action = Action::start_tls, .reply = std::string(replies::start_tls)};
}

Step Session::client_id(std::string_view parameters) {
  if (!rules_->clientid || !encrypted_) return error(replies::unrecognised);  // D4.3
  if (!announced_) return error(replies::bad_sequence);                       // D4.4
  if (auth_seen_ || clientid_given_) return error(replies::bad_sequence);     // D4.7, D4.6
  identity_ = parse_identity(parameters);
  if (!identity_) return error(replies::bad_parameters);  // D4.5
  clientid_given_ = true;
  // X3: certificates are public, so that anybody could name the hash of one.
  if (identity_->type == certificate_type) identity_.reset();
  return say(replies::clientid_ok);  // D4.9
}

Step Session::auth(std::string_view parameters) {
  if (!encrypted_) return error(replies::tls_required);
  auth_seen_ = true;
  if (!announced_ || authenticated_ || transaction_) return error(replies::bad_sequence);
  exchange_.emplace();
  return from_exchange(exchange_->begin(parameters, offer_->mechanisms));
}

Step Session::mail(std::string_view parameters) {
  if (helo_.empty()) return error(replies::bad_sequence);
  // RFC 5321 section 4.1.4. The back end would say so too, but what is known of this transaction must not be lost.
  if (transaction_) return error(replies::bad_sequence);
  const auto limit = rules_->max_message_size;
  if (limit > 0 && declared_size(parameters).value_or(0) > limit) return say(replies::message_too_big);
  transaction_ = MailTransaction();
  return forward(Asked::mail);
}

Step Session::rcpt(std::string_view /*parameters*/) {
  if (!transaction_) return error(replies::bad_sequence);
  return forward(Asked::command);
}

Step Session::data(std::string_view parameters) {
  if (!parameters.empty()) return error(replies::bad_parameters);
  if (!transaction_ || transaction_->chunks || transaction_->too_big) return error(replies::bad_sequence);
  transaction_->data = true;
  return forward(Asked::data);
}

// RFC 3030: the octets follow whatever we think of the command, so a count that cannot be read ends the session.
Step Session::bdat(std::string_view parameters) {
  const auto chunk = parse_chunk(parameters);
  if (!chunk) return close(replies::bad_parameters);
  Step step;
  if (!offer_->has("CHUNKING") || !transaction_ || transaction_->data || transaction_->too_big) {
    step = error(replies::bad_sequence);
  } else if (rules_->max_message_size > 0 && chunk->octets > rules_->max_message_size - transaction_->octets) {
    step = {.action = chunk->last ? Action::reset : Action::reply, .reply = std::string(replies::message_too_big)};
    transaction_->too_big = true;
    if (chunk->last) transaction_.reset();
  } else {
    transaction_->chunks = true;
    transaction_->octets += chunk->octets;
    if (chunk->last) transaction_.reset();
    step = forward(chunk->last ? Asked::message : Asked::command);
  }
  step.chunk = chunk->octets;
  return step;
}

Step Session::burl(std::string_view parameters) {
  if (!offer_->has("BURL")) return error(replies::unrecognised);
  if (!transaction_ || transaction_->data || transaction_->too_big) return error(replies::bad_sequence);
  transaction_->chunks = true;
  const bool last = ends_in_last(parameters);
  if (last) transaction_.reset();
  return forward(last ? Asked::message : Asked::command);
}

Step Session::etrn(std::string_view /*parameters*/) {
  if (!offer_->has("ETRN")) return error(replies::unrecognised);
  if (transaction_) return error(replies::bad_sequence);
  return forward(Asked::command);
}

Step Session::rset(std::string_view parameters) {
  if (!parameters.empty()) return error(replies::bad_parameters);
  transaction_.reset();
  return {.action = Action::reset, .reply = std::string(replies::ok)};
}

Step Session::noop(std::string_view /*parameters*/) {
  return say(replies::ok);
}

Step Session::vrfy(std::string_view /*parameters*/) {
  return say(replies::vrfy);
}

Step Session::help(std::string_view /*parameters*/) {
  return say(replies::help);
}

Step Session::quit(std::string_view parameters) {
  if (!parameters.empty()) return error(replies::bad_parameters);
  return {.action = Action::quit, .reply = "221 2.0.0 " + rules_->hostname + " closing connection\r\n"};
}

}  // namespace clientid
