// The rotation of the keys of session tickets, hour by hour.
#include "shim/net/ticket_keys.hpp"

#include <doctest/doctest.h>

#include <set>
#include <thread>
#include <vector>

using namespace clientid;
using namespace std::chrono_literals;

namespace {

class Hours {
 public:
  std::shared_ptr<const TicketKey> current() { return keys_.current(); }
  TicketKeys::Found find(const TicketKey& key) { return keys_.find(key.name); }
  void pass(std::chrono::minutes time) { now_ += time; }

 private:
  TicketKeys::Clock::time_point now_{};
  TicketKeys keys_{[this] { return now_; }};
};

}  // namespace

TEST_CASE("ticket keys: one key for a period, then another") {
  Hours hours;
  const auto first = hours.current();
  hours.pass(TicketKeys::period - 1min);
  CHECK(hours.current() == first);
  hours.pass(1min);
  const auto second = hours.current();
  CHECK(second != first);
  CHECK(second->name != first->name);
  CHECK(second->cipher.view() != first->cipher.view());
  CHECK(second->mac.view() != first->mac.view());
}

TEST_CASE("ticket keys: what they are made of") {
  const auto key = TicketKeys().current();
  CHECK(key->cipher.size() == 32);
  CHECK(key->mac.size() == 32);
  CHECK(key->cipher.view() != key->mac.view());
  const std::set<unsigned char> octets(key->cipher.view().begin(), key->cipher.view().end());
  CHECK(octets.size() > 8);
}

TEST_CASE("ticket keys: the current one is found, and so are the two before it, which ask for a new ticket") {
  Hours hours;
  const auto first = hours.current();
  CHECK(hours.find(*first).key == first);
  CHECK(hours.find(*first).current);
  for (int period = 1; period < 3; ++period) {
    hours.pass(TicketKeys::period);
    CHECK(hours.find(*first).key == first);
    CHECK_FALSE(hours.find(*first).current);
  }
  hours.pass(TicketKeys::period);
  CHECK(hours.find(*first).key == nullptr);
}

TEST_CASE("ticket keys: a ticket from the last minute of a key is good for two more periods") {
  Hours hours;
  hours.current();
  hours.pass(TicketKeys::period - 1min);
  const auto key = hours.current();
  hours.pass(2 * TicketKeys::period);
  CHECK(hours.find(*key).key == key);
}

TEST_CASE("ticket keys: the time counts, also where nobody came meanwhile") {
  Hours hours;
  const auto first = hours.current();
  hours.pass(3 * TicketKeys::period);
  CHECK(hours.find(*first).key == nullptr);
  CHECK(hours.current() != first);
}

TEST_CASE("ticket keys: a name that is not ours") {
  Hours hours;
  const auto key = hours.current();
  Hours others;
  CHECK(others.find(*key).key == nullptr);
}

TEST_CASE("ticket keys: what is dropped is gone from here") {
  Hours hours;
  std::weak_ptr<const TicketKey> first = hours.current();
  hours.pass(3 * TicketKeys::period);
  hours.current();
  CHECK(first.expired());
}

TEST_CASE("ticket keys: all threads have the same") {
  TicketKeys keys;
  std::vector<std::shared_ptr<const TicketKey>> seen(8);
  std::vector<std::thread> threads;
  for (auto& key : seen) threads.emplace_back([&] { key = keys.current(); });
  for (auto& thread : threads) thread.join();
  for (const auto& key : seen) CHECK(key == seen.front());
}
