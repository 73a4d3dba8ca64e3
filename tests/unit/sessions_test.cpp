#include "plugin/store/sessions.hpp"

#include <doctest/doctest.h>

#include "plugin/store/session_counter.hpp"
#include "plugin/store/session_lease.hpp"
#include "plugin/store/session_list.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

const std::string phone = fingerprint(1).hex();
const std::string laptop = fingerprint(2).hex();
const std::string alice = "alice@example.com";

OpenSession session(const std::string& holder, long long number, const std::string& device = phone,
                    const std::string& network = "192.0.2.7/32", long long opened = 0) {
  return {.holder = holder,
          .number = number,
          .type = "uuid",
          .fingerprint = device,
          .account = "alice@example.com",
          .peer = "192.0.2.7",
          .network = network,
          .opened = at(opened)};
}

std::string listed(Connection& connection, Time when) {
  std::string all;
  for (const auto& [session, binding, label] : list_sessions(connection, std::nullopt, when)) {
    all += session.holder + std::to_string(session.number) + " ";
  }
  return all;
}

std::string text(const SessionCounts& counts) {
  return std::to_string(counts.elsewhere) + " of " + std::to_string(counts.all);
}

}  // namespace

TEST_CASE("an open session comes back as it was opened, whatever its text") {
  const TemporaryStore store;
  auto connection = store.open();
  Sessions sessions(connection);
  OpenSession opened{.holder = "h" + hostile,
                     .number = 7,
                     .type = "t" + hostile,
                     .fingerprint = "f" + hostile,
                     .account = "a" + hostile,
                     .peer = "p" + hostile,
                     .network = "n" + hostile,
                     .opened = at(3)};
  sessions.open({opened}, at(60));
  const auto all = list_sessions(connection, std::nullopt, at(3));
  REQUIRE(all.size() == 1);
  CHECK(all[0].session.holder == opened.holder);
  CHECK(all[0].session.number == 7);
  CHECK(all[0].session.type == opened.type);
  CHECK(all[0].session.fingerprint == opened.fingerprint);
  CHECK(all[0].session.account == opened.account);
  CHECK(all[0].session.peer == opened.peer);
  CHECK(all[0].session.network == opened.network);
  CHECK(all[0].session.opened == at(3));
}

TEST_CASE("U6.2.3 sessions are listed oldest first, while their lease lasts") {
  const TemporaryStore store;
  auto connection = store.open();
  Sessions sessions(connection);
  sessions.open({session("b", 2, phone, "", 20)}, at(90));
  sessions.open({session("b", 1, phone, "", 20)}, at(90));
  sessions.open({session("a", 9, phone, "", 20)}, at(90));
  sessions.open({session("c", 1, phone, "", 10)}, at(80));
  CHECK(listed(connection, at(79)) == "c1 a9 b1 b2 ");
  CHECK(listed(connection, at(80)) == "a9 b1 b2 ");
  CHECK(listed(connection, at(90)).empty());
}

TEST_CASE("U6.2.3 a session is closed by its holder and number") {
  const TemporaryStore store;
  auto connection = store.open();
  Sessions sessions(connection);
  for (const auto* holder : {"a", "b"}) {
    for (const long long number : {1, 2}) sessions.open({session(holder, number)}, at(90));
  }
  sessions.close("a", {1});
  sessions.close("a", {3});
  CHECK(listed(connection, at(0)) == "a2 b1 b2 ");
  sessions.close_all("b");
  CHECK(listed(connection, at(0)) == "a2 ");
  CHECK(number(connection, "SELECT count(*) FROM session") == 1);
}

TEST_CASE("a session that is there already is not opened again, and is no error") {
  const TemporaryStore store;
  auto connection = store.open();
  Sessions sessions(connection);
  sessions.open({session("a", 1)}, at(90));
  sessions.open({session("a", 1), session("a", 2)}, at(100));
  CHECK(listed(connection, at(0)) == "a1 a2 ");
  CHECK(listed(connection, at(95)) == "a2 ");
}

TEST_CASE("U6.2.3 a holder that lives extends the lease of all its sessions, and of no others") {
  const TemporaryStore store;
  auto connection = store.open();
  Sessions sessions(connection);
  sessions.open({session("a", 1)}, at(90));
  sessions.open({session("a", 2)}, at(50));
  sessions.open({session("b", 1)}, at(90));
  sessions.extend("a", at(120));
  CHECK(listed(connection, at(119)) == "a1 a2 ");
  CHECK(listed(connection, at(120)).empty());
  sessions.purge(at(89));
  CHECK(number(connection, "SELECT count(*) FROM session") == 3);
  sessions.purge(at(90));
  CHECK(number(connection, "SELECT count(*) FROM session") == 2);
}

TEST_CASE("U6.2.3 the sessions of a device are counted over all holders, and those in known other networks") {
  const TemporaryStore store;
  auto connection = store.open();
  Sessions sessions(connection);
  SessionCounter counter(connection);
  sessions.open({session("a", 1)}, at(90));
  sessions.open({session("b", 1, phone, "198.51.100.0/24")}, at(90));
  sessions.open({session("b", 2, phone, "")}, at(50));
  sessions.open({session("b", 3, laptop, "203.0.113.0/24")}, at(90));
  CHECK(text(counter.count({phone}, alice, "192.0.2.7/32", at(49))) == "1 of 3");
  CHECK(text(counter.count({phone}, alice, "192.0.2.7/32", at(50))) == "1 of 2");
  CHECK(text(counter.count({phone}, alice, "198.51.100.0/24", at(49))) == "1 of 3");
  CHECK(text(counter.count({phone}, alice, "203.0.113.0/24", at(49))) == "2 of 3");
  CHECK(text(counter.count({laptop}, alice, "203.0.113.0/24", at(0))) == "0 of 1");
  CHECK(text(counter.count({fingerprint(3).hex()}, alice, "192.0.2.7/32", at(0))) == "0 of 0");
  CHECK(text(counter.count({phone}, alice, "192.0.2.7/32", at(90))) == "0 of 0");
  sessions.close("a", {1});
  CHECK(text(counter.count({phone}, alice, "192.0.2.7/32", at(0))) == "1 of 2");
}

TEST_CASE("X2 the sessions of a device on one account are counted apart") {
  const TemporaryStore store;
  auto connection = store.open();
  Sessions sessions(connection);
  SessionCounter counter(connection);
  for (const auto number : {1, 2, 3}) {
    auto one = session("a", number);
    one.account = number == 1 ? alice : "bob@example.com";
    sessions.open({one}, at(90));
  }
  CHECK(counter.count({phone}, alice, "", at(0)).on_account == 1);
  CHECK(counter.count({phone}, "bob@example.com", "", at(0)).on_account == 2);
  CHECK(counter.count({phone}, "carol@example.com", "", at(0)).on_account == 0);
  CHECK(counter.count({phone}, alice, "", at(0)).all == 3);
}

TEST_CASE("U6.2.3 a lease that was given before the clock was put back is none") {
  const TemporaryStore store;
  auto connection = store.open();
  Sessions sessions(connection);
  SessionCounter counter(connection);
  sessions.open({session("a", 1)}, at(86400));
  const auto count = [&](long long when) { return counter.count({phone}, alice, "", at(when)).all; };
  const auto longest = (session_lease + clock_tolerance).count();
  CHECK(count(86400 - longest - 1) == 0);
  CHECK(listed(connection, at(86400 - longest - 1)).empty());
  CHECK(count(86400 - longest) == 1);
  CHECK(listed(connection, at(86400 - longest)) == "a1 ");
  // The process is there, and says so.
  sessions.extend("a", at(90));
  CHECK(count(0) == 1);
}
