// The SMTP session without a socket. Each test reads like the dialogue it is: what the client says on one side, what
// we do on the other. Replies are written without their last CRLF, and an inner one as |.
#include "shim/smtp/session.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "shim/smtp/base64.hpp"

using namespace clientid;
using namespace std::literals;

namespace {

SessionRules default_rules() {
  return {.hostname = "mail.example.com"};
}

std::string_view name(const Step& step) {
  switch (step.action) {
    case Action::reply: return "";
    case Action::start_tls: return "[start TLS] ";
    case Action::authenticate: return "[authenticate] ";
    case Action::respond: return "[respond] ";
    case Action::forward: return step.asked == Asked::data ? "[forward data] " : "[forward] ";
    case Action::reset: return "[reset] ";
    case Action::quit: return "[quit] ";
    case Action::close: return "[close] ";
  }
  return {};
}

std::string text(const Step& step) {
  auto reply = step.reply;
  if (!reply.empty()) {
    CHECK(reply.ends_with("\r\n"));
    reply.resize(reply.size() - 2);
  }
  for (auto end = reply.find("\r\n"); end != std::string::npos; end = reply.find("\r\n")) reply.replace(end, 2, "|");
  std::string all = std::string(name(step)) + reply;
  if (step.action == Action::authenticate || step.action == Action::respond) {
    std::string response(step.auth.response ? step.auth.response->view() : "none"sv);
    std::replace(response.begin(), response.end(), '\0', '|');
    all += step.auth.mechanism + "<" + response + ">";
  }
  return all;
}

// A client at the session.
class Dialogue {
 public:
  explicit Dialogue(bool encrypted = true, SessionRules rules = default_rules())
      : rules_(std::move(rules)), session_(rules_, encrypted) {}
  Dialogue(const Dialogue&) = delete;
  Dialogue& operator=(const Dialogue&) = delete;

  std::string say(std::string_view line) { return text(session_.on_line(line, offer_)); }
  std::string result(AuthStatus status, std::string_view challenge = {}) {
    return text(session_.auth_result(status, challenge));
  }
  // EHLO, whatever it gets.
  Dialogue& greet() {
    say("EHLO client.example.net");
    return *this;
  }
  Dialogue& sign_in() {
    say("AUTH PLAIN AGFsaWNlAHNlY3JldA==");
    result(AuthStatus::authenticated);
    return *this;
  }
  std::string identity() const {
    const auto& identity = session_.identity();
    return identity ? identity->type + " " + std::string(identity->token.view()) : "none";
  }
  void announce(std::vector<std::string> keywords) { offer_.keywords = std::move(keywords); }
  Session& session() { return session_; }

 private:
  SessionRules rules_;
  Session session_;
  BackendOffer offer_{{}, {"PLAIN", "LOGIN", "SCRAM-SHA-256"}};
};

SessionRules rules_with(auto change) {
  auto rules = default_rules();
  change(rules);
  return rules;
}

const auto relaying = rules_with([](SessionRules& rules) { rules.relay_unauthenticated = true; });
const auto without_clientid = rules_with([](SessionRules& rules) { rules.clientid = false; });
const auto strict = rules_with([](SessionRules& rules) { rules.max_errors = 3; });

const std::string device = "CLIENTID UUID 23bf83be-aad7-46aa-9e0f-39191ccf402f";
const std::string plain = "AUTH PLAIN AGFsaWNlAHNlY3JldA==";

const std::string ok = "250 OK";
const std::string unrecognised = "500 5.5.1 Syntax error, command unrecognised";
const std::string bad_sequence = "503 5.5.1 Bad sequence of commands";
const std::string syntax = "501 5.5.4 Syntax error in parameters or arguments";
const std::string undecodable = "501 5.5.2 Cannot decode the response";
const std::string unknown_mechanism = "504 5.5.4 Unrecognised authentication type";
const std::string cancelled = "501 5.7.0 Authentication cancelled";
const std::string tls_required = "530 5.7.0 Must issue a STARTTLS command first";
const std::string authentication_required = "530 5.7.0 Authentication required";
const std::string authenticated = "235 2.7.0 Authentication successful";
const std::string refused = "535 5.7.8 Authentication credentials invalid";
const std::string unavailable = "454 4.7.0 Temporary authentication failure";
const std::string not_permitted = "550 5.7.1 Server policy does not permit your use of this mail system";
const std::string goodbye = "[quit] 221 2.0.0 mail.example.com closing connection";

}  // namespace

// --- Greeting and EHLO ---

TEST_CASE("the greeting") {
  CHECK(Dialogue().session().greeting() == "220 mail.example.com ESMTP\r\n");
}

TEST_CASE("EHLO in the clear offers STARTTLS, and nothing that needs it") {
  Dialogue client(false);
  client.announce({"SIZE 1000", "8BITMIME"});
  CHECK(client.say("EHLO client.example.net") ==
        "[reset] 250-mail.example.com|250-PIPELINING|250-SIZE 1000|250-8BITMIME|250 STARTTLS");
}

TEST_CASE("EHLO on an encrypted connection") {
  Dialogue client;
  client.announce({"SIZE 1000", "8BITMIME"});
  CHECK(client.say("ehlo client.example.net") ==
        "[reset] 250-mail.example.com|250-PIPELINING|250-SIZE 1000|250-8BITMIME|250-AUTH PLAIN LOGIN "
        "SCRAM-SHA-256|250 CLIENTID");
}

TEST_CASE("HELO announces nothing") {
  Dialogue client;
  client.announce({"SIZE 1000"});
  CHECK(client.say("HELO client.example.net") == "[reset] 250 mail.example.com");
  CHECK(client.session().helo() == "client.example.net");
}

TEST_CASE("D3.1 switched off, CLIENTID is in no EHLO reply, and is no verb") {
  for (const bool encrypted : {false, true}) {
    Dialogue client(encrypted, without_clientid);
    CHECK(client.say("EHLO client.example.net").find("CLIENTID") == std::string::npos);
    CHECK(client.say(device) == unrecognised);
    CHECK(client.identity() == "none");
  }
  Dialogue client(true, without_clientid);
  CHECK(client.greet().sign_in().say("EHLO again").find("CLIENTID") == std::string::npos);
}

TEST_CASE("D3.2 in the clear, CLIENTID is in no EHLO reply") {
  Dialogue client(false);
  CHECK(client.say("EHLO client.example.net").find("CLIENTID") == std::string::npos);
  CHECK(client.say("EHLO client.example.net").find("CLIENTID") == std::string::npos);
}

TEST_CASE("D3.3 encrypted, CLIENTID without a parameter is in every EHLO reply") {
  Dialogue client;
  const auto announced = [&] { return client.say("EHLO client.example.net").ends_with("|250 CLIENTID"); };
  CHECK(announced());
  CHECK(announced());
  client.say(device);
  CHECK(announced());
  client.sign_in();
  CHECK(client.session().authenticated());
  CHECK(announced());
}

TEST_CASE("D3.3 after STARTTLS") {
  Dialogue client(false);
  client.greet().say("STARTTLS");
  client.session().tls_started();
  CHECK(client.say("EHLO client.example.net").ends_with("|250 CLIENTID"));
}

TEST_CASE("a name at EHLO and HELO has 1 to 255 octets, no blank and no control character") {
  for (const std::string verb : {"EHLO", "HELO"}) {
    Dialogue client(true, rules_with([](SessionRules& rules) { rules.max_errors = 1000; }));
    CHECK(client.say(verb) == syntax);
    CHECK(client.say(verb + " ") == syntax);
    CHECK(client.say(verb + " " + std::string(256, 'x')) == syntax);
    for (int octet = 0; octet < 256; ++octet) {
      const bool good = octet > 0x20 && octet != 0x7f;
      CAPTURE(octet);
      CHECK((client.say(verb + " a" + static_cast<char>(octet) + "b") == syntax) != good);
    }
    CHECK(client.say(verb + " " + std::string(255, 'x')).starts_with("[reset] 250"));
    CHECK(client.session().helo() == std::string(255, 'x'));
    CHECK(client.say(verb + " [192.0.2.7]").starts_with("[reset] 250"));
  }
}

TEST_CASE("a bad EHLO leaves the good one before it") {
  Dialogue client;
  CHECK(client.greet().say("EHLO") == syntax);
  CHECK(client.session().helo() == "client.example.net");
  CHECK(client.say(device) == ok);
}

TEST_CASE("D4.4 a bad EHLO announces nothing") {
  Dialogue client;
  CHECK(client.say("EHLO") == syntax);
  CHECK(client.say(device) == bad_sequence);
}

// --- CLIENTID ---

TEST_CASE("D4.1 a well-formed CLIENTID") {
  Dialogue client;
  CHECK(client.greet().say("clientid UuId Token") == ok);
  CHECK(client.identity() == "uuid Token");
}

TEST_CASE("D4.1 the longest parts") {
  Dialogue client;
  CHECK(client.greet().say("CLIENTID " + std::string(16, 'x') + " " + std::string(128, '~')) == ok);
}

TEST_CASE("D4.1, D4.5 a malformed CLIENTID") {
  for (const auto& line : {"CLIENTID"s, "CLIENTID "s, "CLIENTID UUID"s, "CLIENTID UUID "s, "CLIENTID  UUID token"s,
                           "CLIENTID UUID  token"s, "CLIENTID UUID token "s, "CLIENTID UUID to ken"s,
                           "CLIENTID U_ID token"s, "CLIENTID UUID t\xC3\xB6ken"s, "CLIENTID UUID token\t"s,
                           "CLIENTID " + std::string(17, 'x') + " token", "CLIENTID UUID " + std::string(129, 'x')}) {
    CAPTURE(std::string_view(line));
    Dialogue client;
    CHECK(client.greet().say(line) == syntax);
    CHECK(client.identity() == "none");
  }
}

TEST_CASE("D4.3 in the clear: 500, before and after EHLO, well-formed or not") {
  Dialogue client(false);
  CHECK(client.say(device) == unrecognised);
  client.greet();
  CHECK(client.say(device) == unrecognised);
  CHECK(client.say("CLIENTID") == unrecognised);
  CHECK(client.identity() == "none");
}

TEST_CASE("D4.4 before EHLO: 503, and after it all is well") {
  Dialogue client;
  CHECK(client.say(device) == bad_sequence);
  CHECK(client.say("CLIENTID") == bad_sequence);
  CHECK(client.identity() == "none");
  CHECK(client.greet().say(device) == ok);
}

TEST_CASE("D4.4 after HELO only: 503") {
  Dialogue client;
  client.say("HELO client.example.net");
  CHECK(client.say(device) == bad_sequence);
  CHECK(client.greet().say(device) == ok);
}

TEST_CASE("D4.4 HELO after EHLO takes nothing back") {
  Dialogue client;
  client.greet().say("HELO client.example.net");
  CHECK(client.say(device) == ok);
}

TEST_CASE("D4.4 an EHLO in the clear announced nothing") {
  Dialogue client(false);
  client.greet().say("STARTTLS");
  client.session().tls_started();
  CHECK(client.say(device) == bad_sequence);
  CHECK(client.greet().say(device) == ok);
}

TEST_CASE("D4.5 another try is allowed") {
  Dialogue client;
  CHECK(client.greet().say("CLIENTID MAC") == syntax);
  CHECK(client.say(device) == ok);
}

TEST_CASE("D4.5 each try counts against the limit of errors") {
  Dialogue client(true, strict);
  client.greet();
  CHECK(client.say("CLIENTID MAC") == syntax);
  CHECK(client.say("CLIENTID MAC") == syntax);
  CHECK(client.say("CLIENTID MAC") == "[close] " + syntax + "|421 4.7.0 Too many errors");
}

TEST_CASE("D4.6 after a successful one: 503, and the first stays") {
  Dialogue client;
  CHECK(client.greet().say(device) == ok);
  CHECK(client.say("CLIENTID MAC 08:9e:01:70:f6:46") == bad_sequence);
  CHECK(client.say(device) == bad_sequence);
  CHECK(client.say("CLIENTID") == bad_sequence);
  CHECK(client.identity() == "uuid 23bf83be-aad7-46aa-9e0f-39191ccf402f");
}

TEST_CASE("D4.7 after AUTH, successful or not: 503") {
  Dialogue client;
  client.greet();
  SUBCASE("successful") {
    client.sign_in();
  }
  SUBCASE("refused") {
    client.say(plain);
    client.result(AuthStatus::refused);
  }
  SUBCASE("unavailable") {
    client.say(plain);
    client.result(AuthStatus::unavailable);
  }
  SUBCASE("cancelled") {
    client.say("AUTH LOGIN");
    CHECK(client.say("*") == cancelled);
  }
  SUBCASE("cancelled behind a challenge") {
    client.say("AUTH PLAIN");
    client.result(AuthStatus::challenge);
    CHECK(client.say("*") == cancelled);
  }
  SUBCASE("unknown mechanism") {
    CHECK(client.say("AUTH NO-SUCH-THING") == unknown_mechanism);
  }
  SUBCASE("no mechanism") {
    CHECK(client.say("AUTH") == syntax);
  }
  SUBCASE("no base64") {
    CHECK(client.say("AUTH PLAIN !") == undecodable);
  }
  CHECK(client.say(device) == bad_sequence);
  CHECK(client.identity() == "none");
  client.say("RSET");
  client.greet();
  CHECK(client.say(device) == bad_sequence);
}

TEST_CASE("D4.7 after an AUTH that came before EHLO: 503") {
  Dialogue client;
  CHECK(client.say(plain) == bad_sequence);
  CHECK(client.greet().say(device) == bad_sequence);
}

TEST_CASE("D4.7 after an AUTH within a transaction: 503") {
  Dialogue client(true, relaying);
  client.greet();
  CHECK(client.say("MAIL FROM:<>") == "[forward] ");
  CHECK(client.say(plain) == bad_sequence);
  client.say("RSET");
  CHECK(client.say(device) == bad_sequence);
}

TEST_CASE("D4.7, D4.8 an AUTH in the clear is forgotten with STARTTLS") {
  Dialogue client(false);
  CHECK(client.greet().say(plain) == tls_required);
  client.say("STARTTLS");
  client.session().tls_started();
  CHECK(client.greet().say(device) == ok);
}

TEST_CASE("D4.8 RSET, EHLO and HELO keep the identity") {
  Dialogue client;
  client.greet().say(device);
  const auto identity = client.identity();
  CHECK(client.say("RSET") == "[reset] 250 2.0.0 OK");
  CHECK(client.identity() == identity);
  client.greet();
  CHECK(client.identity() == identity);
  client.say("HELO client.example.net");
  CHECK(client.identity() == identity);
  CHECK(client.say(device) == bad_sequence);
}

TEST_CASE("D4.8 STARTTLS forgets everything but the errors") {
  Dialogue client(true, strict);
  client.greet().say(device);
  client.sign_in().say("MAIL FROM:<>");
  CHECK(client.say("FOO") == unrecognised);
  client.session().tls_started();
  CHECK(client.session().encrypted());
  CHECK(client.identity() == "none");
  CHECK(client.session().helo().empty());
  CHECK_FALSE(client.session().authenticated());
  CHECK(client.say(device) == bad_sequence);
  CHECK(client.say("MAIL FROM:<>") == "[close] " + authentication_required + "|421 4.7.0 Too many errors");
}

TEST_CASE("D4.8 STARTTLS ends an exchange and a ban") {
  Dialogue client;
  client.greet().say("AUTH LOGIN");
  client.session().tls_started();
  CHECK(client.say("NOOP") == "250 2.0.0 OK");
  client.greet().say(plain);
  client.result(AuthStatus::not_permitted);
  client.session().tls_started();
  CHECK(client.say("NOOP") == "250 2.0.0 OK");
}

// --- Certificates of clients ---

namespace {

Identity certificate() {
  return {"tls-cert", Secret(std::string_view("0123abcd"))};
}

}  // namespace

TEST_CASE("X3 without a CLIENTID the certificate counts") {
  Dialogue client(false);
  client.greet().say("STARTTLS");
  client.session().tls_started(certificate());
  CHECK(client.identity() == "tls-cert 0123abcd");
  client.greet().say("RSET");
  CHECK(client.say("CLIENTID MAC") == syntax);
  CHECK(client.identity() == "tls-cert 0123abcd");
}

TEST_CASE("X3 a CLIENTID wins over the certificate") {
  Dialogue client;
  client.session().tls_started(certificate());
  CHECK(client.greet().say("CLIENTID UUID token") == ok);
  CHECK(client.identity() == "uuid token");
}

TEST_CASE("X3, D4.9 a CLIENTID cannot claim a certificate") {
  for (const auto* line : {"CLIENTID TLS-CERT 0123abcd", "CLIENTID tls-Cert 0123abcd"}) {
    Dialogue client;
    // Not its own one either: there is no need to.
    client.session().tls_started(certificate());
    CHECK(client.greet().say(line) == ok);
    CHECK(client.identity() == "none");
    CHECK(client.say(device) == bad_sequence);
    client.say("RSET");
    CHECK(client.identity() == "none");
  }
}

// --- Other rules of CLIENTID ---

TEST_CASE("D4.9 a well-formed CLIENTID gets 250, whatever it says") {
  for (const auto* line : {"CLIENTID no-such-type x", "CLIENTID MAC not-a-mac", "CLIENTID UUID not-a-uuid",
                           "CLIENTID - !", "CLIENTID 0 ~"}) {
    Dialogue client;
    CHECK(client.greet().say(line) == ok);
  }
}

TEST_CASE("D4.10 STARTTLS asks for the handshake before anything else is said") {
  Dialogue client(false);
  CHECK(client.greet().say("STARTTLS") == "[start TLS] 220 2.0.0 Ready to start TLS");
}

TEST_CASE("D4.11 CLIENTID and never AUTH") {
  Dialogue client(true, relaying);
  CHECK(client.greet().say(device) == ok);
  CHECK(client.say("MAIL FROM:<alice@example.com>") == "[forward] ");
  CHECK(client.say("QUIT") == goodbye);
  Dialogue other;
  CHECK(other.greet().say(device) == ok);
  CHECK(other.say("QUIT") == goodbye);
}

TEST_CASE("D9.1 no reply shows the token") {
  Dialogue client;
  std::string said;
  client.greet();
  for (const auto* line : {"CLIENTID UUID topsecret x", "CLIENTID UUID topsecret", "CLIENTID UUID topsecret",
                           "EHLO again", "HELP", "FOO topsecret", "VRFY topsecret"}) {
    said += client.say(line);
  }
  CHECK(said.find("topsecret") == std::string::npos);
}

// --- The transcripts of the draft's section 8, from where their TLS begins ---

TEST_CASE("D8.1 UUID as client identity, and a PLAIN message behind AUTH LOGIN") {
  Dialogue client(false);
  CHECK(client.say("EHLO client.example.net").starts_with("[reset] 250-mail.example.com"));
  CHECK(client.say("STARTTLS") == "[start TLS] 220 2.0.0 Ready to start TLS");
  client.session().tls_started();
  CHECK(client.say("EHLO client.example.net").ends_with("|250 CLIENTID"));
  CHECK(client.say(device) == ok);
  CHECK(client.say("AUTH LOGIN dGVzdAB0ZXN0ADEyMzQ=") == "[authenticate] PLAIN<test|test|1234>");
  CHECK(client.result(AuthStatus::authenticated) == authenticated);
  CHECK(client.say("MAIL FROM:<sender@example.net>") == "[forward] ");
  CHECK(client.say("RCPT TO:<receiver@example.com>") == "[forward] ");
  CHECK(client.say("DATA") == "[forward data] ");
  client.session().transaction_ended();
  CHECK(client.say("QUIT") == goodbye);
}

TEST_CASE("D8.2 client identity without TLS") {
  Dialogue client(false, relaying);
  client.greet();
  CHECK(client.say("CLIENTID MAC 08:9e:01:70:f6:46") == unrecognised);
  CHECK(client.say("MAIL FROM:<sender@example.net>") == "[forward] ");
  CHECK(client.say("QUIT") == goodbye);
}

TEST_CASE("D8.3 client identity leading to rejection: 235, then 550 to every command but QUIT") {
  Dialogue client(true, rules_with([](SessionRules& rules) { rules.max_errors = 100; }));
  client.greet();
  CHECK(client.say("CLIENTID MAC 08:9e:01:70:f6:46") == ok);
  CHECK(client.say("AUTH LOGIN dGVzdAB0ZXN0ADEyMzQ=") == "[authenticate] PLAIN<test|test|1234>");
  CHECK(client.result(AuthStatus::not_permitted) == authenticated);
  CHECK_FALSE(client.session().authenticated());
  for (const auto* line : {"MAIL FROM:<>", "EHLO a", "HELO a", "RSET", "NOOP", "STARTTLS", "AUTH PLAIN",
                           "CLIENTID UUID x", "RCPT TO:<a@b>", "DATA", "VRFY x", "HELP", "FOO", ""}) {
    CAPTURE(std::string_view(line));
    CHECK(client.say(line) == not_permitted);
  }
  CHECK(client.say("QUIT") == goodbye);
}

TEST_CASE("D8.3 a client that does not leave is sent away") {
  Dialogue client(true, strict);
  client.greet().say(plain);
  client.result(AuthStatus::not_permitted);
  CHECK(client.say("NOOP") == not_permitted);
  CHECK(client.say("NOOP") == not_permitted);
  CHECK(client.say("NOOP") == "[close] " + not_permitted + "|421 4.7.0 Too many errors");
}

TEST_CASE("D8.4 malformed CLIENTID command") {
  Dialogue client;
  client.greet();
  CHECK(client.say("CLIENTID MAC") == syntax);
  CHECK(client.say("QUIT") == goodbye);
}

// --- AUTH ---

TEST_CASE("AUTH with an initial response, an empty one, and none") {
  Dialogue client;
  client.greet();
  CHECK(client.say(plain) == "[authenticate] PLAIN<|alice|secret>");
  client.result(AuthStatus::refused);
  CHECK(client.say("auth plain =") == "[authenticate] PLAIN<>");
  client.result(AuthStatus::refused);
  CHECK(client.say("AUTH PLAIN") == "[authenticate] PLAIN<none>");
}

TEST_CASE("AUTH with challenges") {
  Dialogue client;
  client.greet();
  CHECK(client.say("AUTH SCRAM-SHA-256 biws") == "[authenticate] SCRAM-SHA-256<n,,>");
  CHECK(client.result(AuthStatus::challenge, "r=1") == "334 cj0x");
  CHECK(client.say("Yz1iaXdz") == "[respond] <c=biws>");
  CHECK(client.result(AuthStatus::challenge, "\0\xff"sv) == "334 AP8=");
  CHECK(client.say("") == "[respond] <>");
  CHECK(client.result(AuthStatus::challenge) == "334 ");
  CHECK(client.say("") == "[respond] <>");
  CHECK(client.result(AuthStatus::authenticated) == authenticated);
  CHECK(client.session().authenticated());
}

TEST_CASE("LOGIN becomes PLAIN") {
  Dialogue client;
  client.greet();
  CHECK(client.say("AUTH LOGIN") == "334 VXNlcm5hbWU6");
  CHECK(client.say("YWxpY2U=") == "334 UGFzc3dvcmQ6");
  CHECK(client.say("c2VjcmV0") == "[authenticate] PLAIN<|alice|secret>");
  CHECK(client.result(AuthStatus::authenticated) == authenticated);
}

TEST_CASE("LOGIN with the name as initial response") {
  Dialogue client;
  client.greet();
  CHECK(client.say("AUTH LOGIN YWxpY2U=") == "334 UGFzc3dvcmQ6");
  CHECK(client.say("c2VjcmV0") == "[authenticate] PLAIN<|alice|secret>");
}

TEST_CASE("threats: one session harming others - during AUTH every line is a response, whatever it says") {
  Dialogue client;
  client.greet().say("AUTH LOGIN");
  CHECK(client.say("QUIT") == "334 UGFzc3dvcmQ6");
  CHECK(client.say("RSET") == "[authenticate] PLAIN<|" + std::string(decode_base64("QUIT")->view()) + "|" +
                                  std::string(decode_base64("RSET")->view()) + ">");
}

TEST_CASE("cancelled, undecodable, refused or unavailable: AUTH is over, and another may follow") {
  Dialogue client;
  client.greet();
  client.say("AUTH LOGIN");
  CHECK(client.say("*") == cancelled);
  CHECK(client.say("NOOP") == "250 2.0.0 OK");
  client.say("AUTH LOGIN");
  CHECK(client.say("no base64!") == undecodable);
  CHECK(client.say("NOOP") == "250 2.0.0 OK");
  client.say(plain);
  CHECK(client.result(AuthStatus::refused) == refused);
  CHECK(client.say("NOOP") == "250 2.0.0 OK");
  client.say(plain);
  CHECK(client.result(AuthStatus::unavailable) == unavailable);
  CHECK_FALSE(client.session().authenticated());
  CHECK(client.say(plain) == "[authenticate] PLAIN<|alice|secret>");
}

TEST_CASE("D6.6 a refusal says no more than that") {
  Dialogue client;
  client.greet().say(plain);
  CHECK(client.result(AuthStatus::refused) == refused);
}

TEST_CASE("AUTH of an unknown mechanism, of none, and with too much") {
  Dialogue client;
  client.greet();
  CHECK(client.say("AUTH NO-SUCH-THING") == unknown_mechanism);
  CHECK(client.say("AUTH") == syntax);
  CHECK(client.say("AUTH ") == syntax);
  CHECK(client.say("AUTH PLAIN AAAA AAAA") == undecodable);
}

TEST_CASE("AUTH is not taken in the clear") {
  Dialogue client(false);
  CHECK(client.say(plain) == tls_required);
  CHECK(client.greet().say(plain) == tls_required);
}

TEST_CASE("AUTH is not taken before EHLO, and not after HELO alone") {
  Dialogue client;
  CHECK(client.say(plain) == bad_sequence);
  client.say("HELO client.example.net");
  CHECK(client.say(plain) == bad_sequence);
}

TEST_CASE("RFC 4954: AUTH succeeds once") {
  Dialogue client;
  CHECK(client.greet().sign_in().say(plain) == bad_sequence);
}

TEST_CASE("RFC 4954: AUTH is not taken within a transaction") {
  Dialogue client(true, relaying);
  client.greet().say("MAIL FROM:<>");
  CHECK(client.say(plain) == bad_sequence);
  SUBCASE("RSET ends it") {
    client.say("RSET");
  }
  SUBCASE("EHLO ends it") {
    client.greet();
  }
  SUBCASE("HELO ends it") {
    client.say("HELO client.example.net");
  }
  SUBCASE("the end of the message ends it") {
    client.session().transaction_ended();
  }
  CHECK(client.say(plain) == "[authenticate] PLAIN<|alice|secret>");
}

// --- STARTTLS ---

TEST_CASE("STARTTLS once, without a parameter") {
  Dialogue client(false);
  CHECK(client.say("STARTTLS now") == syntax);
  CHECK(client.say("STARTTLS") == "[start TLS] 220 2.0.0 Ready to start TLS");
  client.session().tls_started();
  CHECK(client.say("STARTTLS") == bad_sequence);
  CHECK(client.greet().say("EHLO a").find("STARTTLS") == std::string::npos);
  CHECK(Dialogue().say("STARTTLS") == bad_sequence);
}

TEST_CASE("STARTTLS is not taken within a transaction") {
  Dialogue client(false, relaying);
  client.greet().say("MAIL FROM:<>");
  CHECK(client.say("STARTTLS") == bad_sequence);
  client.say("RSET");
  CHECK(client.say("STARTTLS") == "[start TLS] 220 2.0.0 Ready to start TLS");
}

// --- The relay ---

TEST_CASE("X9 nothing reaches the back end before authentication") {
  for (const auto* line : {"MAIL FROM:<>", "RCPT TO:<a@b>", "DATA", "VRFY a"}) {
    Dialogue encrypted;
    CHECK(encrypted.greet().say(line) == authentication_required);
    encrypted.say(plain);
    encrypted.result(AuthStatus::refused);
    CHECK(encrypted.say(line) == authentication_required);
    Dialogue clear(false);
    CHECK(clear.greet().say(line) == tls_required);
  }
}

TEST_CASE("after authentication mail is forwarded") {
  Dialogue client;
  client.greet().sign_in();
  CHECK(client.say("MAIL FROM:<alice@example.com> SIZE=5") == "[forward] ");
  CHECK(client.say("RCPT TO:<bob@example.com>") == "[forward] ");
  CHECK(client.say("DATA") == "[forward data] ");
  CHECK(client.say("DATA now") == syntax);
  CHECK(client.say("VRFY bob") == "252 2.0.0 Cannot verify, try to send");
}

TEST_CASE("RFC 5321: no mail before EHLO or HELO") {
  for (const bool encrypted : {false, true}) {
    Dialogue client(encrypted, relaying);
    CHECK(client.say("MAIL FROM:<>") == bad_sequence);
    CHECK(client.say("HELO client.example.net") == "[reset] 250 mail.example.com");
    CHECK(client.say("MAIL FROM:<>") == "[forward] ");
  }
}

TEST_CASE("verbs that need nothing") {
  Dialogue client(false);
  CHECK(client.say("NOOP") == "250 2.0.0 OK");
  CHECK(client.say("noop whatever") == "250 2.0.0 OK");
  CHECK(client.say("HELP") == "214 2.0.0 See RFC 5321");
  CHECK(client.say("HELP MAIL") == "214 2.0.0 See RFC 5321");
  CHECK(client.say("RSET") == "[reset] 250 2.0.0 OK");
  CHECK(client.say("RSET now") == syntax);
  CHECK(client.say("QUIT now") == syntax);
  CHECK(client.say("quit") == goodbye);
}

TEST_CASE("threats: XCLIENT, XFORWARD by a client - refused before and after AUTH") {
  for (const auto* line :
       {"XCLIENT ADDR=192.0.2.7", "xclient LOGIN=root", "XFORWARD NAME=a", "XFORWARD", "PROXY TCP4 1 2 3 4"}) {
    CAPTURE(std::string_view(line));
    for (const auto& rules : {default_rules(), relaying}) {
      Dialogue clear(false, rules);
      CHECK(clear.say(line) == unrecognised);
      CHECK(clear.greet().say(line) == unrecognised);
      Dialogue encrypted(true, rules);
      CHECK(encrypted.say(line) == unrecognised);
      CHECK(encrypted.greet().say(line) == unrecognised);
      CHECK(encrypted.sign_in().say(line) == unrecognised);
    }
  }
}

TEST_CASE("threats: keyword leakage - only verbs of the list are taken") {
  for (const auto* line : {"", " ", "FOO", "ETRN example.com", "EXPN staff", "TURN", "SEND FROM:<>", "BURL imap://x",
                           "DEBUG", "GET / HTTP/1.1", "NOOPX", "NOO", "MAIL\tFROM:<>", " NOOP", "STARTTLS\xff"}) {
    CAPTURE(std::string_view(line));
    Dialogue client(true, relaying);
    CHECK(client.greet().say(line) == unrecognised);
    CHECK(client.sign_in().say(line) == unrecognised);
  }
}

// --- Limits ---

TEST_CASE("max-errors: the last error ends the session") {
  for (const unsigned most : {1U, 2U, 10U}) {
    Dialogue client(true, rules_with([&](SessionRules& rules) { rules.max_errors = most; }));
    for (unsigned i = 1; i < most; ++i) CHECK(client.say("FOO") == unrecognised);
    CHECK(client.say("FOO") == "[close] " + unrecognised + "|421 4.7.0 Too many errors");
  }
}

TEST_CASE("max-errors: failed AUTHs and bad sequences count, good commands do not") {
  Dialogue client(true, strict);
  client.greet();
  for (int i = 0; i < 10; ++i) CHECK(client.say("NOOP") == "250 2.0.0 OK");
  client.say(plain);
  CHECK(client.result(AuthStatus::refused) == refused);
  CHECK(client.say(device) == bad_sequence);
  client.say(plain);
  CHECK(client.result(AuthStatus::refused) == "[close] " + refused + "|421 4.7.0 Too many errors");
}

TEST_CASE("max-errors: cancelled AUTHs count as well") {
  Dialogue client(true, strict);
  client.greet();
  for (int i = 0; i < 2; ++i) {
    client.say("AUTH LOGIN");
    CHECK(client.say("*") == cancelled);
  }
  client.say("AUTH LOGIN");
  CHECK(client.say("*") == "[close] " + cancelled + "|421 4.7.0 Too many errors");
}

TEST_CASE("threats: AUTH lines - a long line only where AUTH may be said") {
  Dialogue client(false);
  CHECK(client.session().line_limit() == 2048);
  client.greet();
  CHECK(client.session().line_limit() == 2048);
  client.session().tls_started();
  CHECK(client.session().line_limit() == 2048);
  client.greet();
  CHECK(client.session().line_limit() == 12288);
  client.say("AUTH LOGIN");
  CHECK(client.session().line_limit() == 12288);
  client.say("*");
  CHECK(client.session().line_limit() == 12288);
  client.sign_in();
  CHECK(client.session().line_limit() == 2048);
}

TEST_CASE("threats: AUTH lines - 2,048 octets with CRLF for every other command") {
  Dialogue client;
  client.greet();
  CHECK(client.say("NOOP " + std::string(2046 - 5, 'x')) == "250 2.0.0 OK");
  CHECK(client.say("AUTH PLAIN " + std::string(12272, 'A')).starts_with("[authenticate] "));
  client.result(AuthStatus::refused);
  CHECK(client.say("NOOP " + std::string(2046 - 4, 'x')) == "[close] 500 5.5.2 Line too long");
}

TEST_CASE("threats: AUTH lines - a long response is a response") {
  Dialogue client;
  client.greet().say("AUTH PLAIN");
  client.result(AuthStatus::challenge);
  CHECK(client.say(std::string(12284, 'A')).starts_with("[respond] "));
}
