// Commands and replies: groups, barriers, and what next() asks for. Message content is in
// conversation_content_test.cpp, a lost back end in conversation_loss_test.cpp; tests/unit/conversation_desk.hpp says
// how to read these.
#include "shim/smtp/conversation.hpp"

#include <doctest/doctest.h>

#include "tests/unit/conversation_desk.hpp"

using namespace clientid;
using namespace std::literals;

namespace {

using Desk = ConversationDesk;

const auto relaying = SessionRules{.hostname = "shim", .relay_unauthenticated = true};

}  // namespace

TEST_CASE("the greeting comes first, and then the client's line") {
  const SessionRules rules{.hostname = "shim"};
  Conversation conversation(rules, false);
  REQUIRE(conversation.next({}) == Next::write_client);
  CHECK(conversation.to_client() == "220 shim ESMTP\r\n");
  conversation.client_written();
  CHECK(conversation.to_client().empty());
  CHECK(conversation.next({}) == Next::read_client);
  CHECK(conversation.next({}) == Next::read_client);
}

TEST_CASE("our own replies need no back end") {
  Desk desk;
  CHECK(desk.client("NOOP|") == "client:250 2.0.0 OK| ?client");
  CHECK(desk.client("NOOP|HELP|NOOP|") == "client:250 2.0.0 OK|214 2.0.0 See RFC 5321|250 2.0.0 OK| ?client");
  CHECK(desk.client("RSET|") == "client:250 2.0.0 OK| ?client");
  CHECK_FALSE(desk->backend_open());
}

TEST_CASE("half a line waits for its other half") {
  Desk desk;
  CHECK(desk.client("NO") == "?client");
  CHECK(desk.client("OP\r") == "?client");
  CHECK(desk.client("\nNOO") == "client:250 2.0.0 OK| ?client");
  CHECK(desk.client("P|") == "client:250 2.0.0 OK| ?client");
}

TEST_CASE("lines are counted, for the time of each") {
  Desk desk;
  desk.client("NOOP|NOOP|NO");
  CHECK(desk->lines() == 2);
  desk.client("OP|");
  CHECK(desk->lines() == 3);
}

TEST_CASE("the back end is opened for the first command that is for it, and stays") {
  Desk desk;
  desk.sign_in();
  CHECK_FALSE(desk->backend_open());
  CHECK(desk.client("MAIL FROM:<a>|") == "open backend:MAIL FROM:<a>| ?backend");
  CHECK(desk->backend_open());
  CHECK(desk->awaits_backend());
  CHECK(desk.backend("250-two|250 lines|") == "client:250-two|250 lines| ?client");
  CHECK_FALSE(desk->awaits_backend());
  CHECK(desk.client("RCPT TO:<b>|") == "backend:RCPT TO:<b>| ?backend");
  CHECK(desk.backend("550 no|") == "client:550 no| ?client");
}

TEST_CASE("RFC 2920: what came in one group goes to the back end in one") {
  Desk desk;
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|RCPT TO:<b>|RCPT TO:<c>|DATA|") ==
        "open backend:MAIL FROM:<a>|RCPT TO:<b>|RCPT TO:<c>|DATA| ?backend");
  CHECK(desk.backend("250 mail|") == "?backend");
  CHECK(desk.backend("250 b|") == "?backend");
  CHECK(desk.backend("550 c|") == "?backend");
  CHECK(desk.backend("354 go on|") == "client:250 mail|250 b|550 c|354 go on| ?client");
}

TEST_CASE("RFC 2920: the replies to a group go to the client in one write, ours in their turn") {
  Desk desk;
  desk.sign_in();
  CHECK(desk.client("NOOP|MAIL FROM:<a>|XCLIENT LOGIN=b|RCPT TO:<b>|NOOP|") ==
        "open backend:MAIL FROM:<a>|RCPT TO:<b>| ?backend");
  desk.backend("250 mail|");
  CHECK(desk.backend("250 rcpt|") ==
        "client:250 2.0.0 OK|250 mail|500 5.5.1 Syntax error, command unrecognised|250 rcpt|250 2.0.0 OK| ?client");
}

TEST_CASE("a back end without PIPELINING gets one command, and the next one after its reply") {
  Desk desk;
  desk.pipelining = false;
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|RCPT TO:<b>|RSET|DATA|") == "open backend:MAIL FROM:<a>| ?backend");
  CHECK(desk.backend("250 mail|") == "backend:RCPT TO:<b>| ?backend");
  CHECK(desk.backend("250 rcpt|") == "backend:RSET| ?backend");
  CHECK(desk.backend("250 rset|") ==
        "client:250 mail|250 rcpt|250 2.0.0 OK|503 5.5.1 Bad sequence of commands| ?client");
}

TEST_CASE("however many commands are sent ahead, no more than 200 wait for the back end") {
  Desk desk;
  desk.sign_in();
  desk.client("MAIL FROM:<a>|");
  desk.backend("250 mail|");
  std::string group;
  for (int i = 0; i < 500; ++i) group += i % 2 == 0 ? "RSET|" : "MAIL FROM:<a>|";
  auto done = desk.client(group);
  for (const int wave : {200, 200, 100}) {
    CHECK(done.ends_with("?backend"));
    CHECK(std::count(done.begin() + static_cast<long>(done.find("backend:")), done.end(), '|') == wave);
    for (int i = 0; i < wave; ++i) done = desk.backend("250 yes|");
    CHECK(done.starts_with("client:250 2.0.0 OK|250 yes|"));
  }
  CHECK(done.ends_with("?client"));
}

TEST_CASE("RSET and EHLO reach the back end on our own account, and only our reply the client") {
  Desk desk;
  desk.sign_in().begin_transaction();
  CHECK(desk.client("RSET|") == "backend:RSET| ?backend");
  CHECK(desk.backend("250 hidden|") == "client:250 2.0.0 OK| ?client");
  CHECK(desk.client("EHLO again|") == "backend:RSET| ?backend");
  CHECK(desk.backend("250 hidden|").starts_with("client:250-shim|"));
  CHECK_FALSE(desk->session().in_transaction());
}

TEST_CASE("a RSET in a group stands in its place there") {
  Desk desk;
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|RSET|MAIL FROM:<b>|") == "open backend:MAIL FROM:<a>|RSET|MAIL FROM:<b>| ?backend");
  desk.backend("250 first|");
  desk.backend("250 hidden|");
  CHECK(desk.backend("250 second|") == "client:250 first|250 2.0.0 OK|250 second| ?client");
}

TEST_CASE("a back end that refuses RSET still has the transaction that the client believes gone") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.client("RSET|MAIL FROM:<c>|");
  CHECK_FALSE(desk.say("500 no|"));
  CHECK(desk.lose() == "client:250 2.0.0 OK|451 4.4.2 Connection to the mail server lost, try again later| ?client");
}

TEST_CASE("a second MAIL in a transaction stays here: it would make us forget the chunks of the first") {
  Desk desk;
  desk.sign_in().begin_transaction();
  CHECK(desk.client("MAIL FROM:<c>|") == "client:503 5.5.1 Bad sequence of commands| ?client");
  CHECK(desk->session().in_transaction());
}

TEST_CASE("after a refused MAIL there is no transaction") {
  Desk desk;
  desk.sign_in();
  desk.client("MAIL FROM:<a>|");
  CHECK(desk.backend("550 no|") == "client:550 no| ?client");
  CHECK(desk.client("RCPT TO:<b>|DATA|") ==
        "client:503 5.5.1 Bad sequence of commands|503 5.5.1 Bad sequence of commands| ?client");
}

TEST_CASE("a refused MAIL does not end the transaction of another that was sent ahead") {
  Desk desk;
  desk.sign_in();
  desk.client("MAIL FROM:<a>|RSET|MAIL FROM:<b>|");
  desk.backend("550 no|");
  desk.backend("250 hidden|");
  desk.backend("250 yes|");
  CHECK(desk.client("RCPT TO:<b>|") == "backend:RCPT TO:<b>| ?backend");
}

TEST_CASE("a second MAIL waits for the reply to the first, which decides about it, however they are cut") {
  Desk desk;
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|mail FROM:<b>|") == "open backend:MAIL FROM:<a>| ?backend");
  CHECK(desk.backend("550 no|") == "client:550 no| backend:mail FROM:<b>| ?backend");
  CHECK(desk.backend("250 yes|") == "client:250 yes| ?client");
  Desk other;
  other.sign_in();
  other.client("MAIL FROM:<a>|MAIL FROM:<b>|");
  CHECK(other.backend("250 yes|") == "client:250 yes| client:503 5.5.1 Bad sequence of commands| ?client");
}

TEST_CASE("AUTH waits until everything before it is answered, and everything behind waits for it") {
  Desk desk(relaying);
  desk.client("EHLO client|");
  CHECK(desk.client("MAIL FROM:<a>|RSET|AUTH PLAIN AGEAYg==|NOOP|") == "open backend:MAIL FROM:<a>|RSET| ?backend");
  desk.backend("250 mail|");
  CHECK(desk.backend("250 hidden|") == "client:250 mail|250 2.0.0 OK| auth");
  const auto step = desk->take_auth_step();
  CHECK(step.auth.mechanism == "PLAIN");
  REQUIRE(step.auth.response);
  CHECK(step.auth.response->view() == "\0a\0b"sv);
  desk->auth_result(AuthStatus::refused, {});
  CHECK(desk.run() == "client:535 5.7.8 Authentication credentials invalid|250 2.0.0 OK| ?client");
}

TEST_CASE("a challenge is said, and the line behind it is its response") {
  Desk desk;
  desk.client("EHLO client|");
  CHECK(desk.client("AUTH PLAIN|") == "auth");
  CHECK(desk->take_auth_step().action == Action::authenticate);
  CHECK_FALSE(desk->idle());
  desk->auth_result(AuthStatus::challenge, "");
  CHECK(desk.run() == "client:334 | ?client");
  CHECK(desk.client("AGEAYg==|") == "auth");
  const auto step = desk->take_auth_step();
  CHECK(step.action == Action::respond);
  CHECK(step.auth.response->view() == "\0a\0b"sv);
}

TEST_CASE("D4.10 STARTTLS waits until everything before it is answered, and a new session begins") {
  Desk desk(relaying, false);
  desk.client("EHLO client|");
  CHECK(desk.client("MAIL FROM:<a>|RSET|STARTTLS|") == "open backend:MAIL FROM:<a>|RSET| ?backend");
  desk.backend("250 mail|");
  CHECK(desk.backend("250 hidden|") == "client:250 mail|250 2.0.0 OK|220 2.0.0 Ready to start TLS| tls");
  desk->backend_closed();
  desk->tls_started({});
  CHECK(desk.run() == "?client");
  CHECK(desk->session().encrypted());
  CHECK(desk->session().helo().empty());
  CHECK(desk.client("NOOP|") == "client:250 2.0.0 OK| ?client");
}

TEST_CASE("threats: STARTTLS injection - octets behind STARTTLS end the session without a word") {
  for (const auto* behind : {"NOOP|", "E", "|", "\n", "EHLO evil|MAIL FROM:<a>|"}) {
    Desk desk(relaying, false);
    CHECK(desk.client("NOOP|STARTTLS|"s + behind) == "client:250 2.0.0 OK| closed");
    CHECK(desk->fault() == Fault::starttls_injection);
    CHECK(name(desk->fault()) == "starttls-injection");
  }
}

TEST_CASE("threats: STARTTLS injection - what came in clear text is not there after the handshake") {
  Desk desk(relaying, false);
  CHECK(desk.client("STARTTLS|") == "client:220 2.0.0 Ready to start TLS| tls");
  desk.feed("NOOP\r\n");
  desk->tls_started({});
  CHECK(desk.run() == "?client");
}

TEST_CASE("threats: XCLIENT, XFORWARD by a client - refused here, whatever stands around it in the group") {
  const auto refused = "500 5.5.1 Syntax error, command unrecognised"s;
  for (const auto* command : {"XCLIENT LOGIN=other", "xclient LOGIN=other", "XCLIENT", "XFORWARD ADDR=192.0.2.1",
                              "PROXY TCP4 192.0.2.1 192.0.2.2 1 2", " XCLIENT LOGIN=other", "XCLIENT\tLOGIN=other"}) {
    CAPTURE(std::string_view(command));
    const auto line = command + "|"s;
    Desk desk;
    CHECK(desk.client(line) == "client:" + refused + "| ?client");
    desk.sign_in();
    CHECK(desk.client(line + "MAIL FROM:<a>|" + line + "RCPT TO:<b>|" + line) ==
          "open backend:MAIL FROM:<a>|RCPT TO:<b>| ?backend");
    desk.backend("250 mail|");
    CHECK(desk.backend("250 rcpt|") ==
          "client:" + refused + "|250 mail|" + refused + "|250 rcpt|" + refused + "| ?client");
    CHECK(desk.client(line) == "client:" + refused + "| ?client");
  }
}

TEST_CASE("threats: SMTP smuggling - a bare CR, a bare LF or a NUL in a command ends the session") {
  for (const auto* line : {"NOOP\n", "NO\nOP\r\n", "NO\rOP\r\n", "NOOP\r\r\n", "\n", "\rNOOP\r\n"}) {
    Desk desk;
    CHECK(desk.client("HELP|"s + line + "NOOP|") ==
          "client:214 2.0.0 See RFC 5321|500 5.5.2 Bare CR, bare LF or NUL in a command| closed");
    CHECK(name(desk->fault()) == "bad-octet-in-command");
  }
  Desk desk;
  CHECK(desk.client("NO\0OP|"sv) == "client:500 5.5.2 Bare CR, bare LF or NUL in a command| closed");
}

TEST_CASE("threats: SMTP smuggling - what came before a bad line in its group is still carried out") {
  Desk desk;
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|RCPT TO:<b>\nDATA|") == "open backend:MAIL FROM:<a>| ?backend");
  CHECK(desk.backend("250 mail|") == "client:250 mail|500 5.5.2 Bare CR, bare LF or NUL in a command| closed");
}

TEST_CASE("a line without an end ends the session") {
  Desk desk;
  CHECK(desk.client(std::string(2047, 'x')) == "?client");
  CHECK(desk.client("x") == "client:500 5.5.2 Line too long| closed");
  CHECK(name(desk->fault()) == "line-too-long");
}

TEST_CASE("QUIT in a group: what is before it is answered, what is behind it is not") {
  Desk desk;
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|QUIT|NOOP|") == "open backend:MAIL FROM:<a>| ?backend");
  CHECK(desk.backend("250 mail|") == "client:250 mail|221 2.0.0 shim closing connection| closed");
  CHECK(desk.run() == "closed");
  CHECK(desk->fault() == Fault::none);
}

TEST_CASE("the last error ends the session in its turn") {
  Desk desk({.hostname = "shim", .max_errors = 2});
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|FOO|RCPT TO:<b>|BAR|NOOP|") == "open backend:MAIL FROM:<a>|RCPT TO:<b>| ?backend");
  desk.backend("250 mail|");
  CHECK(desk.backend("250 rcpt|") ==
        "client:250 mail|500 5.5.1 Syntax error, command unrecognised|250 rcpt|"
        "500 5.5.1 Syntax error, command unrecognised|421 4.7.0 Too many errors| closed");
}

TEST_CASE("end() says one thing more, behind what is owed to the client") {
  Desk desk;
  CHECK(desk.end("421 4.4.2 Timeout|") == "client:421 4.4.2 Timeout| closed");
  Desk other;
  other.sign_in();
  other.client("MAIL FROM:<a>|");
  CHECK(other.end("421 4.4.2 Timeout|") == "?backend");
  CHECK(other.backend("250 mail|") == "client:250 mail|421 4.4.2 Timeout| closed");
}

TEST_CASE("idle is between two commands and in the middle of nothing") {
  Desk desk(relaying);
  CHECK(desk->idle());
  desk.client("EHLO client|");
  CHECK(desk->idle());
  desk.client("MAIL FROM:<a>|");
  CHECK_FALSE(desk->idle());
  desk.backend("250 mail|");
  CHECK_FALSE(desk->idle());
  desk.client("RSET|");
  CHECK_FALSE(desk->idle());
  desk.backend("250 hidden|");
  CHECK(desk->idle());
  CHECK_FALSE(desk->in_content());
}

TEST_CASE("who quits is known from who is sent away, and nothing comes behind the last words") {
  Desk quits;
  quits.client("NOOP|");
  CHECK_FALSE(quits->says_last());
  quits.client("QUIT|");
  CHECK(quits->says_last());
  CHECK(quits->client_quits());

  Desk sent_away;
  sent_away.end("421 enough|");
  CHECK(sent_away->says_last());
  CHECK_FALSE(sent_away->client_quits());
}
