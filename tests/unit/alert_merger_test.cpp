#include "shim/ops/alert_merger.hpp"

#include <doctest/doctest.h>

using namespace clientid;
using namespace std::chrono_literals;

namespace {

using Moment = AlertMerger::Clock::time_point;

const Moment start = Moment() + 1000h;
const Time noon{std::chrono::seconds(1'700'000'000)};

Alert bound(const std::string& account, const std::string& detail = "", Time at = noon) {
  return {.kind = AlertKind::device_bound,
          .at = at,
          .account = account,
          .type = "uuid",
          .fingerprint = "3fa901bc77d20e11",
          .peer = "192.0.2.7",
          .reason = "unbound",
          .detail = detail};
}

std::string numbered(unsigned number) {
  return std::to_string(number) + "@example.com";
}

// All that may go out now.
unsigned take_all(AlertMerger& merger, Moment now) {
  unsigned count = 0;
  while (merger.take(now)) ++count;
  return count;
}

}  // namespace

TEST_CASE("the first alert goes out at once, as it is") {
  AlertMerger merger;
  CHECK_FALSE(merger.next_time());
  CHECK_FALSE(merger.take(start));
  merger.add(bound("alice@example.com"), start);
  CHECK(merger.next_time() == start);
  CHECK(merger.take(start) == MergedAlert{bound("alice@example.com"), noon, noon, 1});
  CHECK_FALSE(merger.take(start));
  CHECK_FALSE(merger.next_time());
}

TEST_CASE("repeats are counted, and go out as one when the interval ends") {
  AlertMerger merger;
  merger.add(bound("alice@example.com"), start);
  REQUIRE(merger.take(start));
  merger.add(bound("alice@example.com", "second", noon + 1s), start + 1s);
  merger.add(bound("alice@example.com", "third", noon + 9s), start + 9s);
  CHECK(merger.next_time() == start + AlertMerger::interval);
  CHECK_FALSE(merger.take(start + AlertMerger::interval - 1ms));
  const auto merged = merger.take(start + AlertMerger::interval);
  CHECK(merged == MergedAlert{bound("alice@example.com", "third", noon + 9s), noon + 1s, noon + 9s, 2});

  // And again: the interval begins anew with what went out.
  merger.add(bound("alice@example.com"), start + 11min);
  CHECK(merger.next_time() == start + 2 * AlertMerger::interval);
}

TEST_CASE("after an interval without repeats the next one goes out at once") {
  AlertMerger merger;
  merger.add(bound("alice@example.com"), start);
  REQUIRE(merger.take(start));
  CHECK_FALSE(merger.take(start + 1h));
  merger.add(bound("alice@example.com"), start + 1h);
  CHECK(merger.take(start + 1h)->count == 1);
}

TEST_CASE("what differs in kind, account, type or fingerprint is not merged") {
  AlertMerger merger;
  const auto first = bound("alice@example.com");
  auto kind = first;
  kind.kind = AlertKind::device_quarantined;
  auto type = first;
  type.type = "mac";
  auto fingerprint = first;
  fingerprint.fingerprint = "0000000000000000";
  for (const auto& alert : {first, kind, type, fingerprint, bound("bob@example.com")}) merger.add(alert, start);
  CHECK(take_all(merger, start) == 5);
}

TEST_CASE("the peer tells alerts apart where there is no account") {
  AlertMerger merger;
  auto one = bound("alice@example.com");
  auto other = one;
  other.peer = "198.51.100.9";
  merger.add(one, start);
  merger.add(other, start);
  CHECK(take_all(merger, start) == 1);
  one.account.clear();
  other.account.clear();
  merger.add(one, start);
  merger.add(other, start);
  merger.add(other, start);
  CHECK(take_all(merger, start) == 2);
}

TEST_CASE("no more than 60 go out in any minute, and the others wait their turn") {
  AlertMerger merger;
  for (unsigned i = 0; i < 200; ++i) merger.add(bound(numbered(i)), start);
  CHECK(take_all(merger, start) == AlertMerger::burst);
  CHECK(merger.next_time() == start + AlertMerger::spacing);
  unsigned count = AlertMerger::burst;
  auto now = start;
  while (now < start + 1min - 100ms) {
    now += 100ms;
    count += take_all(merger, now);
  }
  CHECK(count == 59);
  for (; count < 200; now += 1s) count += take_all(merger, now);
  CHECK_FALSE(merger.next_time());
  // The burst comes back in time.
  now += 1min;
  for (unsigned i = 0; i < 100; ++i) merger.add(bound("later" + numbered(i)), now);
  CHECK(take_all(merger, now) == AlertMerger::burst);
}

TEST_CASE("what waits for its turn takes up what is like it") {
  AlertMerger merger;
  for (unsigned i = 0; i < 20; ++i) merger.add(bound(numbered(i)), start + std::chrono::milliseconds(i));
  const auto later = start + 20ms;
  REQUIRE(take_all(merger, later) == AlertMerger::burst);
  merger.add(bound(numbered(10), "again", noon + 3s), later);
  const auto next = merger.take(start + 10s);
  CHECK(next == MergedAlert{bound(numbered(10), "again", noon + 3s), noon, noon + 3s, 2});
}

TEST_CASE("beyond what memory may hold, alerts are counted alone") {
  AlertMerger merger;
  for (unsigned i = 0; i < AlertMerger::max_groups + 5; ++i) merger.add(bound(numbered(i)), start);
  merger.add(bound(numbered(7)), start);  // this one is known
  CHECK(merger.take_lost() == 5);
  CHECK(merger.take_lost() == 0);

  // Those that went out make room for others.
  REQUIRE(take_all(merger, start) == AlertMerger::burst);
  for (unsigned i = 0; i < AlertMerger::burst + 1; ++i) merger.add(bound("new" + numbered(i)), start);
  CHECK(merger.take_lost() == 1);
}

TEST_CASE("at the end all that waits can be had, merged") {
  AlertMerger merger;
  for (unsigned i = 0; i < 30; ++i) merger.add(bound(numbered(i)), start);
  REQUIRE(take_all(merger, start) == AlertMerger::burst);
  merger.add(bound(numbered(29)), start);
  const auto rest = merger.take_rest();
  CHECK(rest.size() == 20);
  std::uint64_t count = 0;
  for (const auto& each : rest) count += each.count;
  CHECK(count == 21);
  CHECK_FALSE(merger.next_time());
}
