#include "plugin/store/ledger.hpp"

#include <doctest/doctest.h>

#include "plugin/store/session_counter.hpp"
#include "plugin/store/session_list.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

const std::string phone(64, 'a');
const std::string here = "192.0.2.7/32";
const std::string there = "198.51.100.7/32";
constexpr auto second = std::chrono::seconds(1);

OpenSession session(const std::string& holder, long long number, const std::string& network = here) {
  return {.holder = holder,
          .number = number,
          .type = "uuid",
          .fingerprint = phone,
          .account = "alice@example.com",
          .peer = {},
          .network = network,
          .opened = at(0)};
}

void open(Ledger& ledger, const OpenSession& session, Time when) {
  Batch batch;
  batch.opened.push_back(session);
  ledger.write(batch, when);
}

struct TwoProcesses {
  TemporaryStore store;
  Connection connection = store.open();
  Ledger first{connection, "first"};
  Ledger second{connection, "second"};

  SessionCounts count(Time when, const std::string& network = here) {
    return SessionCounter(connection).count({phone}, "alice@example.com", network, when);
  }
};

}  // namespace

TEST_CASE("U6.2.3: sessions of all that share the store are counted together") {
  TwoProcesses processes;
  open(processes.first, session("first", 1), at(0));
  open(processes.second, session("second", 1), at(0));
  CHECK(processes.count(at(0)).all == 2);

  Batch over;
  over.closed.push_back(1);
  processes.first.write(over, at(1));
  CHECK(processes.count(at(1)).all == 1);
}

TEST_CASE("U6.2.3: sessions of a process that was killed end with their lease") {
  TwoProcesses processes;
  open(processes.first, session("first", 1), at(0));
  open(processes.second, session("second", 1), at(0));

  processes.second.tend(at(60));
  CHECK(processes.count(at(0) + Ledger::lease - second).all == 2);
  CHECK(processes.count(at(0) + Ledger::lease).all == 1);
  CHECK(processes.count(at(60) + Ledger::lease - second).all == 1);

  const auto later = at(0) + Ledger::lease + Ledger::kept_after_lease;
  processes.second.tend(later);
  const auto kept = list_sessions(processes.connection, std::nullopt, later);
  REQUIRE(kept.size() == 1);
  CHECK(kept.front().session.holder == "second");
}

TEST_CASE("U6.2.3: sessions of a process that was cut off from the store count again when it is back") {
  TwoProcesses processes;
  open(processes.first, session("first", 1), at(0));
  const auto back = at(0) + Ledger::lease + Ledger::kept_after_lease - second;
  processes.second.tend(back);
  CHECK(processes.count(back).all == 0);
  processes.first.tend(back);
  CHECK(processes.count(back).all == 1);
}

TEST_CASE("U6.2.3: a process that ends leaves none of its sessions, and those of others") {
  TwoProcesses processes;
  for (const auto number : {1, 2}) open(processes.first, session("first", number), at(0));
  open(processes.second, session("second", 1), at(0));
  processes.first.close_all();
  CHECK(processes.count(at(0)).all == 1);
}

TEST_CASE("U6.2.4: a session in another network is elsewhere, and one without a network is nowhere") {
  TwoProcesses processes;
  open(processes.first, session("first", 1), at(0));
  open(processes.first, session("first", 2, there), at(0));
  open(processes.first, session("first", 3, ""), at(0));
  CHECK(processes.count(at(0)).all == 3);
  CHECK(processes.count(at(0)).elsewhere == 1);
  CHECK(processes.count(at(0), "203.0.113.7/32").elsewhere == 2);
}
