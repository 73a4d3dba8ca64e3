// A back end that is not there, goes away, or says what it should not, at every point; tests/unit/conversation_desk.hpp
// says how to read these.
#include <doctest/doctest.h>

#include "tests/unit/conversation_desk.hpp"

using namespace clientid;
using namespace std::literals;

namespace {

using Desk = ConversationDesk;

const auto lost = "451 4.4.2 Connection to the mail server lost, try again later|"s;
const auto down = "451 4.4.1 No mail server available, try again later|"s;
const auto bad_sequence = "503 5.5.1 Bad sequence of commands|"s;

void begin_data(Desk& desk) {
  desk.sign_in().begin_transaction();
  desk.client("DATA|");
  CHECK(desk.backend("354 go on|") == "client:354 go on| ?client");
}

}  // namespace

// --- Not there ---

TEST_CASE("no back end: the whole group hears of it, and another one is tried for the next") {
  Desk desk;
  desk.reachable = false;
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|NOOP|RCPT TO:<b>|DATA|") ==
        "unreachable client:" + down + "250 2.0.0 OK|" + down + down + " ?client");
  CHECK_FALSE(desk->session().in_transaction());
  desk.reachable = true;
  CHECK(desk.client("MAIL FROM:<a>|") == "open backend:MAIL FROM:<a>| ?backend");
}

TEST_CASE("no back end: what was not sent to it does not count for the next") {
  Desk desk;
  desk.reachable = false;
  desk.sign_in();
  for (int i = 0; i < 300; ++i) desk.client("MAIL FROM:<a>|");
  CHECK_FALSE(desk->begins_transaction());
  desk.reachable = true;
  CHECK(desk.client("MAIL FROM:<a>|RCPT TO:<b>|") == "open backend:MAIL FROM:<a>|RCPT TO:<b>| ?backend");
}

TEST_CASE("no back end: the octets of a BDAT are passed over") {
  Desk desk;
  desk.reachable = false;
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|BDAT 6 LAST|QUIT|NOOP|") ==
        "unreachable client:" + down + down + "250 2.0.0 OK| ?client");
}

// --- Gone ---

TEST_CASE("lost between two commands: the transaction is gone, the session stays") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.client("RCPT TO:<c>|");
  CHECK(desk.lose() == "client:" + lost + " ?client");
  CHECK_FALSE(desk->backend_open());
  CHECK_FALSE(desk->awaits_backend());
  CHECK(desk.client("RCPT TO:<d>|") == "client:" + bad_sequence + " ?client");
  CHECK(desk.client("MAIL FROM:<a>|") == "open backend:MAIL FROM:<a>| ?backend");
}

TEST_CASE("lost in a group: those that were answered keep their replies") {
  Desk desk;
  desk.sign_in();
  desk.client("MAIL FROM:<a>|RCPT TO:<b>|NOOP|RCPT TO:<c>|");
  desk.backend("250 mail|");
  CHECK(desk.lose() == "client:250 mail|" + lost + "250 2.0.0 OK|" + lost + " ?client");
}

TEST_CASE("lost in a group without PIPELINING: what was not sent yet is not sent to another one") {
  Desk desk;
  desk.pipelining = false;
  desk.sign_in();
  desk.client("MAIL FROM:<a>|RCPT TO:<b>|DATA|");
  CHECK(desk.lose() == "client:" + lost + lost + lost + " ?client");
}

TEST_CASE("lost after RSET: the client got what it asked for") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.client("RSET|");
  CHECK(desk.lose() == "client:250 2.0.0 OK| ?client");
}

TEST_CASE("lost while a command is written") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.hold_writes = true;
  CHECK(desk.client("RCPT TO:<c>|DATA|") == "!backend");
  CHECK(desk.lose() == "client:" + lost + lost + " ?client");
}

TEST_CASE("lost at DATA: no message is read") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.client("DATA|");
  CHECK(desk.lose() == "client:" + lost + " ?client");
  CHECK_FALSE(desk->in_content());
}

TEST_CASE("lost in a message: it is read to its end, and the client hears of it there") {
  Desk desk;
  begin_data(desk);
  desk.client("text|");
  desk.hold_writes = true;
  CHECK(desk.client("more|") == "!backend");
  desk.hold_writes = false;
  CHECK(desk.lose() == "?client");
  CHECK(desk.client("QUIT|.|NOOP|") == "client:" + lost + "250 2.0.0 OK| ?client");
}

TEST_CASE("lost in a message that then gets too big: the loss is what the client hears of") {
  Desk desk({.hostname = "shim", .max_message_size = 12});
  begin_data(desk);
  desk.hold_writes = true;
  CHECK(desk.client("text|") == "!backend");
  desk.hold_writes = false;
  CHECK(desk.lose() == "?client");
  CHECK(desk.client("more|more|.|") == "client:" + lost + " ?client");
}

TEST_CASE("lost with the end of a message: it is read all the same") {
  Desk desk;
  begin_data(desk);
  desk.hold_writes = true;
  CHECK(desk.client("text|.|NOOP|") == "!backend");
  CHECK(desk.lose() == "client:" + lost + "250 2.0.0 OK| ?client");
}

TEST_CASE("lost behind a message: nobody knows whether it is delivered, so the client shall try again") {
  Desk desk;
  begin_data(desk);
  desk.client("text|.|");
  CHECK(desk.lose() == "client:" + lost + " ?client");
}

TEST_CASE("lost in a chunk: the rest of it is passed over, and the next ones are refused") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.client("BDAT 12|text");
  desk.hold_writes = true;
  CHECK(desk.client("QUIT") == "!backend");
  desk.hold_writes = false;
  CHECK(desk.lose() == "client:" + lost + " ?client");
  CHECK(desk.client("||BDAT 6 LAST|QUIT|NOOP|") == "client:" + bad_sequence + "250 2.0.0 OK| ?client");
}

TEST_CASE("lost with the last octets of a chunk") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.client("BDAT 8 LAST|text");
  desk.hold_writes = true;
  CHECK(desk.client("textNOOP|") == "!backend");
  desk.hold_writes = false;
  CHECK(desk.lose() == "client:" + lost + "250 2.0.0 OK| ?client");
}

TEST_CASE("lost before BDAT is sent: its octets are passed over") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.hold_writes = true;
  CHECK(desk.client("BDAT 6 LAST|QUIT|NOOP|") == "!backend");
  desk.hold_writes = false;
  CHECK(desk.lose() == "client:" + lost + "250 2.0.0 OK| ?client");
}

// --- An idle connection ---

TEST_CASE("the first command of a transaction can go to another connection") {
  Desk desk;
  begin_data(desk);
  desk.client("text|.|");
  desk.backend("250 queued|");
  desk.hold_writes = true;
  CHECK(desk.client("MAIL FROM:<c>|RCPT TO:<d>|") == "!backend");
  CHECK(desk->begins_transaction());
  desk->backend_closed();
  desk.hold_writes = false;
  CHECK(desk.run() == "open backend:MAIL FROM:<c>|RCPT TO:<d>| ?backend");
  CHECK_FALSE(desk->begins_transaction());
}

TEST_CASE("no other command can, nor one with replies outstanding") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.hold_writes = true;
  desk.client("RCPT TO:<c>|RSET|MAIL FROM:<d>|");
  CHECK_FALSE(desk->begins_transaction());
  Desk other;
  begin_data(other);
  other.hold_writes = true;
  CHECK(other.client("text|.|MAIL FROM:<c>|") == "!backend");
  other->backend_written();
  CHECK(other.run() == "!backend");
  CHECK(other->to_backend() == "MAIL FROM:<c>\r\n");
  CHECK_FALSE(other->begins_transaction());
}

// --- 421 ---

TEST_CASE("421: the client hears it as it was said, the rest of the group that it is lost, and the session ends") {
  Desk desk;
  desk.sign_in();
  desk.client("MAIL FROM:<a>|RCPT TO:<b>|NOOP|RCPT TO:<c>|");
  desk.backend("250 mail|");
  CHECK(desk.backend("421 bye|") == "drop client:250 mail|421 bye|250 2.0.0 OK|" + lost + " closed");
}

TEST_CASE("421 to DATA, and to a message") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.client("DATA|");
  CHECK(desk.backend("421 bye|") == "drop client:421 bye| closed");
  Desk other;
  begin_data(other);
  other.client("text|.|NOOP|");
  CHECK(other.backend("421 bye|") == "drop client:421 bye|250 2.0.0 OK| closed");
}

TEST_CASE("421 to a RSET of ours is no business of the client's") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.client("RSET|");
  CHECK_FALSE(desk.say("421 bye|"));
  CHECK(desk.lose() == "client:250 2.0.0 OK| ?client");
}

TEST_CASE("421 within a chunk ends the session there") {
  Desk desk;
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|BDAT 8 LAST|half") ==
        "open backend:MAIL FROM:<a>|BDAT 8 LAST| backend:half ?backend");
  CHECK(desk.backend("421 bye|") == "drop client:421 bye|" + lost + " closed");
}

// --- Before its turn ---

TEST_CASE("a message that is refused before its end: the client hears why, behind the end") {
  Desk desk;
  begin_data(desk);
  desk.client("text|");
  desk.hold_writes = true;
  CHECK(desk.client("more|") == "!backend");
  CHECK(desk.say("552 too long|"));
  desk.hold_writes = false;
  CHECK(desk.run() == "drop ?client");
  CHECK(desk.client("QUIT|.|MAIL FROM:<c>|") == "open backend:MAIL FROM:<c>| ?backend");
  CHECK(desk.backend("250 mail|") == "client:552 too long|250 mail| ?client");
}

TEST_CASE("a message that is refused before its end, by one that then leaves: the client hears why all the same") {
  Desk desk;
  begin_data(desk);
  desk.hold_writes = true;
  CHECK(desk.client("more|") == "!backend");
  CHECK(desk.say("552-too|552 long|"));
  CHECK(desk.lose() == "?client");
  CHECK(desk.client(".|") == "client:552-too|552 long| ?client");
}

TEST_CASE("a message that is refused together with its end") {
  Desk desk;
  begin_data(desk);
  desk.hold_writes = true;
  CHECK(desk.client("text|.|NOOP|") == "!backend");
  CHECK(desk.say("552 too long|"));
  CHECK(desk.lose() == "client:552 too long|250 2.0.0 OK| ?client");
}

TEST_CASE("421 in the middle of a message is a loss, for the client must not end its message there") {
  Desk desk;
  begin_data(desk);
  desk.hold_writes = true;
  CHECK(desk.client("more|") == "!backend");
  CHECK(desk.say("421 bye|"));
  CHECK(desk.lose() == "?client");
  CHECK(desk.client(".|NOOP|") == "client:" + lost + "250 2.0.0 OK| ?client");
}

TEST_CASE("a chunk that is refused before its end: the client hears why, and the rest is passed over") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.client("BDAT 12 LAST|text");
  desk.hold_writes = true;
  CHECK(desk.client("QUIT") == "!backend");
  CHECK(desk.say("552 too long|"));
  desk.hold_writes = false;
  CHECK(desk.lose() == "client:552 too long| ?client");
  CHECK(desk.client("||NOOP|") == "client:250 2.0.0 OK| ?client");
}

// --- Replies that cannot be ---

TEST_CASE("threats: response injection - a reply that nobody asked for is a loss") {
  Desk desk;
  CHECK_FALSE(desk.say("250 OK|"));
  desk.sign_in().begin_transaction();
  CHECK_FALSE(desk.say("250 OK|"));
  CHECK_FALSE(desk.say("421 bye|"));
  desk.hold_writes = true;
  CHECK(desk.client("RCPT TO:<c>|") == "!backend");
  CHECK_FALSE(desk.say("250 OK|"));
}

TEST_CASE("threats: response injection - a message is not accepted before its end") {
  Desk desk;
  begin_data(desk);
  desk.client("text|");
  CHECK_FALSE(desk.say("250 queued|"));
  CHECK(desk.lose() == "?client");
  CHECK(desk.client(".|") == "client:" + lost + " ?client");
}

TEST_CASE("threats: response injection - 354 to anything but DATA would have the client send its message as commands") {
  for (const auto* command : {"MAIL FROM:<c>|", "RCPT TO:<c>|", "RSET|", "BDAT 0 LAST|", "BDAT 0|"}) {
    Desk desk;
    desk.sign_in();
    if (!std::string_view(command).starts_with("MAIL")) desk.begin_transaction();
    desk.client(command);
    CHECK_FALSE(desk.say("354 go on|"));
  }
  Desk desk;
  begin_data(desk);
  desk.client("text|.|");
  CHECK_FALSE(desk.say("354 go on|"));
}

TEST_CASE("threats: response injection - to DATA nothing but 354 says yes") {
  for (const auto* reply : {"250 OK|", "235 OK|", "334 |", "350 |", "220 |"}) {
    Desk desk;
    desk.sign_in().begin_transaction();
    desk.client("DATA|");
    CHECK_FALSE(desk.say(reply));
    CHECK(desk.lose() == "client:" + lost + " ?client");
  }
}
