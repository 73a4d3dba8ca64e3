// Messages on their way to the back end, by DATA and by BDAT; tests/unit/conversation_desk.hpp says how to read these.
#include <doctest/doctest.h>

#include "tests/unit/conversation_desk.hpp"

using namespace clientid;
using namespace std::literals;

namespace {

using Desk = ConversationDesk;

const auto bad_sequence = "503 5.5.1 Bad sequence of commands|"s;
const auto too_big = "552 5.3.4 Message too big|"s;

SessionRules up_to(std::uint64_t octets) {
  return {.hostname = "shim", .max_errors = 1000, .max_message_size = octets};
}

// In a transaction, with DATA accepted.
void begin_data(Desk& desk) {
  desk.sign_in().begin_transaction();
  CHECK(desk.client("DATA|") == "backend:DATA| ?backend");
  CHECK(desk.backend("354 go on|") == "client:354 go on| ?client");
}

}  // namespace

// --- DATA ---

TEST_CASE("DATA is a barrier: what is behind it is read only when its reply is there") {
  Desk desk;
  desk.sign_in().begin_transaction();
  CHECK(desk.client("DATA|text|.|NOOP|") == "backend:DATA| ?backend");
  CHECK(desk.backend("354 go on|") == "client:354 go on| backend:text|.| ?backend");
  CHECK(desk.backend("250 queued|") == "client:250 queued|250 2.0.0 OK| ?client");
}

TEST_CASE("DATA: a refused one lets no message follow") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.client("DATA|");
  CHECK(desk.backend("554 no|") == "client:554 no| ?client");
  CHECK_FALSE(desk->in_content());
  CHECK(desk.client("RSET|") == "backend:RSET| ?backend");
}

TEST_CASE("a message passes block by block, and its end is waited for") {
  Desk desk;
  begin_data(desk);
  CHECK(desk->in_content());
  CHECK(desk.client("one|..two|") == "backend:one|..two| ?client");
  CHECK(desk.client("|.x\r") == "backend:|.x ?client");
  CHECK(desk.client("\n.\r") == "backend:|. ?client");
  CHECK(desk.client("\nNOOP|") == "backend:| ?backend");
  CHECK(desk.backend("250 queued|") == "client:250 queued|250 2.0.0 OK| ?client");
}

TEST_CASE("another message can follow at once") {
  Desk desk;
  begin_data(desk);
  CHECK(desk.client("text|.|MAIL FROM:<c>|RCPT TO:<d>|") ==
        "backend:text|.| backend:MAIL FROM:<c>|RCPT TO:<d>| ?backend");
  CHECK_FALSE(desk->in_content());
  desk.backend("250 queued|");
  desk.backend("250 mail|");
  CHECK(desk.backend("250 rcpt|") == "client:250 queued|250 mail|250 rcpt| ?client");
}

TEST_CASE("after a message there is no transaction, whatever became of it") {
  for (const auto* reply : {"250 queued|", "554 no|", "451 not now|"}) {
    Desk desk;
    begin_data(desk);
    desk.client("text|.|");
    CHECK_FALSE(desk->session().in_transaction());
    CHECK(desk.backend(reply) == "client:"s + reply + " ?client");
    CHECK(desk.client("RCPT TO:<c>|") == "client:" + bad_sequence + " ?client");
  }
}

TEST_CASE("threats: SMTP smuggling - a bare CR or LF in a message ends the session, and the message with it") {
  for (const auto* text :
       {"a\n.\n", "a\n.\r\n", "a\r\n.\n", "a\r.\r", "a\r.\r\n", "a\r\n.\r\r\n", "a\r\n.\rX", "\n", ".\n"}) {
    CAPTURE(std::string_view(text));
    Desk desk;
    begin_data(desk);
    const auto done = desk.client(text + "MAIL FROM:<evil>|"s);
    CHECK(done.ends_with("drop client:554 5.6.0 Bare CR or LF in the message| closed"));
    CHECK(done.find("evil") == std::string::npos);
    CHECK(name(desk->fault()) == "bare-cr-or-lf-in-message");
    CHECK_FALSE(desk->backend_open());
  }
}

TEST_CASE("a session that ends within a message takes the connection to the back end with it") {
  Desk desk;
  begin_data(desk);
  desk.client("text|");
  CHECK(desk.end("421 4.4.2 Timeout|") == "drop client:421 4.4.2 Timeout| closed");
}

// --- BDAT ---

TEST_CASE("threats: BDAT - the octets are counted and opaque") {
  Desk desk;
  desk.sign_in().begin_transaction();
  CHECK(desk.client("BDAT 14 LAST|a\n.\n\r\n.\r\n\rQUIT|NOOP|") ==
        "backend:BDAT 14 LAST| backend:a\n.\n|.|\rQUIT ?backend");
}

TEST_CASE("threats: BDAT - what stands behind the octets is a command again") {
  Desk desk;
  desk.sign_in().begin_transaction();
  CHECK(desk.client("BDAT 6|NOOP|BDAT 0 LAST|NOOP|") == "backend:BDAT 6| backend:NOOP| backend:BDAT 0 LAST| ?backend");
  desk.backend("250 chunk|");
  CHECK(desk.backend("250 queued|") == "client:250 chunk|250 queued|250 2.0.0 OK| ?client");
}

TEST_CASE("BDAT goes with the group that it ends") {
  Desk desk;
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|RCPT TO:<b>|BDAT 4 LAST|text") ==
        "open backend:MAIL FROM:<a>|RCPT TO:<b>|BDAT 4 LAST| backend:text ?backend");
  desk.backend("250 mail|");
  desk.backend("250 rcpt|");
  CHECK(desk.backend("250 queued|") == "client:250 mail|250 rcpt|250 queued| ?client");
  CHECK_FALSE(desk->session().in_transaction());
}

TEST_CASE("a back end without PIPELINING gets the octets with their BDAT") {
  Desk desk;
  desk.pipelining = false;
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|BDAT 4|textBDAT 0 LAST|") == "open backend:MAIL FROM:<a>| ?backend");
  CHECK(desk.backend("250 mail|") == "backend:BDAT 4| backend:text ?backend");
  CHECK(desk.backend("250 chunk|") == "backend:BDAT 0 LAST| ?backend");
}

TEST_CASE("RFC 2920: whoever waits for replies within a chunk gets them") {
  Desk desk;
  desk.sign_in();
  CHECK(desk.client("NOOP|MAIL FROM:<a>|RCPT TO:<b>|BDAT 8 LAST|half") ==
        "open backend:MAIL FROM:<a>|RCPT TO:<b>|BDAT 8 LAST| backend:half ?backend");
  CHECK(desk.backend("250 mail|") == "?backend");
  CHECK(desk.backend("250 rcpt|") == "client:250 2.0.0 OK|250 mail|250 rcpt| ?client");
  CHECK(desk->in_content());
  CHECK(desk.client("half") == "backend:half ?backend");
  CHECK(desk.backend("250 queued|") == "client:250 queued| ?client");
}

TEST_CASE("RFC 2920: and within a chunk that is passed over") {
  Desk desk;
  desk.sign_in();
  CHECK(desk.client("NOOP|BDAT 8 LAST|half") == "client:250 2.0.0 OK|" + bad_sequence + " ?client");
  CHECK(desk.client("halfNOOP|") == "client:250 2.0.0 OK| ?client");
}

TEST_CASE("threats: BDAT - the octets of a refused one are passed over, whatever they look like") {
  for (const auto* line : {"BDAT 6 LAST|", "BDAT 6|"}) {
    Desk desk;
    desk.sign_in();
    CHECK(desk.client(line + "QUIT|NOOP|"s) == "client:" + bad_sequence + "250 2.0.0 OK| ?client");
    CHECK_FALSE(desk->backend_open());
  }
}

TEST_CASE("threats: BDAT - BDAT and DATA in one transaction: 503") {
  Desk desk;
  desk.sign_in().begin_transaction();
  desk.client("BDAT 4|text");
  desk.backend("250 chunk|");
  CHECK(desk.client("DATA|") == "client:" + bad_sequence + " ?client");
  CHECK(desk.client("BDAT 0 LAST|") == "backend:BDAT 0 LAST| ?backend");

  Desk other;
  other.sign_in().begin_transaction();
  other.client("DATA|");
  other.backend("554 no|");
  CHECK(other.client("BDAT 6 LAST|QUIT|NOOP|") == "client:" + bad_sequence + "250 2.0.0 OK| ?client");
}

TEST_CASE("threats: BDAT - a count that cannot be read ends the session, and nothing behind it is read") {
  for (const auto* parameters : {"", " ", " x", " -1", " 5 MORE", " 5  LAST", " 5 LAST ", " 4294967301 LAST"}) {
    CAPTURE(std::string_view(parameters));
    Desk desk;
    desk.sign_in().begin_transaction();
    CHECK(desk.client("BDAT"s + parameters + "|NOOP|") ==
          "client:501 5.5.4 Syntax error in parameters or arguments| closed");
  }
}

TEST_CASE("threats: BDAT - before AUTH it ends the session, and nothing behind it is read") {
  Desk desk;
  desk.client("EHLO client|");
  CHECK(desk.client("BDAT 6 LAST|NOOP|NOOP|") == "client:530 5.7.0 Authentication required| closed");
}

TEST_CASE("threats: BDAT - a back end without CHUNKING would take the octets for commands") {
  Desk desk;
  desk.chunking = false;
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|RCPT TO:<b>|BDAT 6 LAST|QUIT|NOOP|") ==
        "open drop client:451 4.4.1 No mail server available, try again later|451 4.4.1 No mail server available, try "
        "again later|451 4.4.1 No mail server available, try again later|250 2.0.0 OK| ?client");
  CHECK_FALSE(desk->session().in_transaction());

  Desk other;
  other.chunking = false;
  other.sign_in().begin_transaction();
  CHECK(other.client("BDAT 6 LAST|QUIT|NOOP|") ==
        "drop client:451 4.4.1 No mail server available, try again later|250 2.0.0 OK| ?client");
}

TEST_CASE(
    "threats: BDAT - where CHUNKING was never announced, the commands before a BDAT are carried out all the same") {
  Desk desk;
  desk.chunking = false;
  desk.offer.keywords = {};
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a>|BDAT 6 LAST|QUIT|") == "open backend:MAIL FROM:<a>| ?backend");
  CHECK(desk.backend("250 mail|") == "client:250 mail|" + bad_sequence + " ?client");
}

TEST_CASE("threats: BDAT - a session that ends within a chunk leaves nobody waiting for the back end") {
  Desk desk;
  desk.sign_in().begin_transaction();
  CHECK(desk.client("BDAT 8 LAST|half") == "backend:BDAT 8 LAST| backend:half ?client");
  CHECK(desk.end("421 4.4.2 Timeout|") == "drop client:421 4.4.2 Timeout| closed");

  Desk other;
  other.sign_in();
  CHECK(other.client("BDAT 8 LAST|half") == "client:" + bad_sequence + " ?client");
  CHECK(other.end("421 4.4.2 Timeout|") == "client:421 4.4.2 Timeout| closed");
}

// --- Size ---

TEST_CASE("RFC 1870: a declared size that is too big is refused here") {
  Desk desk(up_to(1000));
  desk.sign_in();
  CHECK(desk.client("MAIL FROM:<a> SIZE=1001|RCPT TO:<b>|") == "client:" + too_big + bad_sequence + " ?client");
  CHECK(desk.client("MAIL FROM:<a> SIZE=1000|") == "open backend:MAIL FROM:<a> SIZE=1000| ?backend");
}

TEST_CASE("RFC 1870: DATA up to the limit passes, its end not counted") {
  Desk desk(up_to(6));
  begin_data(desk);
  CHECK(desk.client("text|.|") == "backend:text|.| ?backend");
  Desk other(up_to(6));
  begin_data(other);
  CHECK(other.client("te") == "backend:te ?client");
  CHECK(other.client("xt|.") == "backend:xt|. ?client");
  CHECK(other.client("|") == "backend:| ?backend");
}

TEST_CASE("RFC 1870 section 5: doubled dots are not counted") {
  Desk desk(up_to(9));
  begin_data(desk);
  CHECK(desk.client("..|...a|.|") == "backend:..|...a|.| ?backend");
  Desk other(up_to(7));
  begin_data(other);
  CHECK(other.client("..|...a|.|") == "drop client:" + too_big + " ?client");
}

TEST_CASE("DATA beyond the limit is read to its end, and the back end never sees one") {
  Desk desk(up_to(6));
  begin_data(desk);
  CHECK(desk.client("text|") == "backend:text| ?client");
  CHECK(desk.client("x") == "drop ?client");
  CHECK_FALSE(desk->backend_open());
  CHECK(desk->in_content());
  CHECK(desk.client("more|QUIT|.|MAIL FROM:<c>|") == "open backend:MAIL FROM:<c>| ?backend");
  CHECK(desk.backend("250 mail|") == "client:" + too_big + "250 mail| ?client");
}

TEST_CASE("DATA that comes at once beyond the limit never gets to the back end") {
  Desk desk(up_to(6));
  begin_data(desk);
  CHECK(desk.client("text|x|.|NOOP|") == "drop client:" + too_big + "250 2.0.0 OK| ?client");
}

TEST_CASE("chunks beyond the limit are passed over, and without them the message is not delivered") {
  Desk desk(up_to(6));
  desk.sign_in().begin_transaction();
  CHECK(desk.client("BDAT 4|text") == "backend:BDAT 4| backend:text ?backend");
  CHECK(desk.backend("250 chunk|") == "client:250 chunk| ?client");
  CHECK(desk.client("BDAT 3|abc") == "client:" + too_big + " ?client");
  CHECK(desk.client("BDAT 0 LAST|") == "client:" + bad_sequence + " ?client");
  CHECK(desk.client("MAIL FROM:<c>|BDAT 0 LAST|") == "client:" + bad_sequence + bad_sequence + " ?client");
  CHECK(desk.client("DATA|") == "client:" + bad_sequence + " ?client");
  CHECK(desk.client("RSET|") == "backend:RSET| ?backend");
}

TEST_CASE("no DATA after a chunk that was too big") {
  Desk desk(up_to(6));
  desk.sign_in().begin_transaction();
  CHECK(desk.client("BDAT 7|textabcDATA|") == "client:" + too_big + bad_sequence + " ?client");
}

TEST_CASE("a last chunk beyond the limit ends the transaction, here and there") {
  Desk desk(up_to(6));
  desk.sign_in().begin_transaction();
  CHECK(desk.client("BDAT 7 LAST|QUIT|xMAIL FROM:<c>|") == "backend:RSET| backend:MAIL FROM:<c>| ?backend");
  desk.backend("250 hidden|");
  CHECK(desk.backend("250 mail|") == "client:" + too_big + "250 mail| ?client");
}

TEST_CASE("a later chunk counts on top of those before") {
  Desk desk(up_to(6));
  desk.sign_in().begin_transaction();
  CHECK(desk.client("BDAT 3|abcBDAT 3|defBDAT 0 LAST|") ==
        "backend:BDAT 3| backend:abc backend:BDAT 3| backend:def backend:BDAT 0 LAST| ?backend");
}
