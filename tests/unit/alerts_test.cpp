#include "shim/ops/alerts.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace clientid;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 20s;

Alert alert_of(const std::string& account) {
  Alert alert;
  alert.kind = AlertKind::device_bound;
  alert.at = Time(std::chrono::seconds(1'700'000'000));
  alert.account = account;
  return alert;
}

// An outlet that keeps what it gets, and can be made to wait.
class Desk {
 public:
  AlertOutlet outlet(const std::string& key = "desk") {
    return {key, [this](const MergedAlert& alert, const std::stop_token& stop) { return take(alert, stop); }};
  }

  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void release() {
    {
      const std::lock_guard lock(mutex_);
      held_ = false;
    }
    changed_.notify_all();
  }

  // So many have come, or are being held.
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return taken_.size() >= count; });
  }
  std::vector<MergedAlert> taken() {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  unsigned stopped() {
    const std::lock_guard lock(mutex_);
    return stopped_;
  }

 private:
  std::string take(const MergedAlert& alert, const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { release(); });
    std::unique_lock lock(mutex_);
    taken_.push_back(alert);
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    if (stop.stop_requested()) ++stopped_;
    return stop.stop_requested() ? "stopped" : "";
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  std::vector<MergedAlert> taken_;
  unsigned stopped_ = 0;
};

}  // namespace

TEST_CASE("an alert reaches every outlet, also behind one that fails") {
  Desk one;
  Desk other;
  const AlertOutlet failing{"failing", [](const auto&, const auto&) { return std::string("no such thing"); }};
  const AlertOutlet throwing{"throwing",
                             [](const auto&, const auto&) -> std::string { throw std::runtime_error("no memory"); }};
  Alerts alerts({one.outlet(), failing, throwing, other.outlet()});
  alerts.start();
  alerts.raise(alert_of("alice@example.com"));
  CHECK(one.wait_for(1));
  REQUIRE(other.wait_for(1));
  CHECK(other.taken().front().alert == alert_of("alice@example.com"));
}

TEST_CASE("nobody who raises an alert waits for a delivery, and what comes meanwhile is merged") {
  Desk desk;
  desk.hold();
  {
    Alerts alerts({desk.outlet()});
    alerts.start();
    alerts.raise(alert_of("alice@example.com"));
    REQUIRE(desk.wait_for(1));
    for (int i = 0; i < 100; ++i) alerts.raise(alert_of("bob@example.com"));
    CHECK(desk.taken().size() == 1);
    desk.release();
    REQUIRE(desk.wait_for(2));
  }
  REQUIRE(desk.taken().size() == 2);
  CHECK(desk.taken()[1].alert.account == "bob@example.com");
  CHECK(desk.taken()[1].count == 100);
}

TEST_CASE("what waits is delivered at the end, repeats included") {
  Desk desk;
  {
    Alerts alerts({desk.outlet()});
    alerts.start();
    alerts.raise(alert_of("alice@example.com"));
    REQUIRE(desk.wait_for(1));
    for (int i = 0; i < 3; ++i) alerts.raise(alert_of("alice@example.com"));
    for (int i = 0; i < 30; ++i) alerts.raise(alert_of(std::to_string(i) + "@example.com"));
  }
  const auto taken = desk.taken();
  CHECK(taken.size() == 32);
  std::uint64_t count = 0;
  for (const auto& each : taken) count += each.count;
  CHECK(count == 34);
}

TEST_CASE("the end does not wait for long, whatever hangs") {
  Desk desk;
  desk.hold();
  const auto begin = Alerts::Clock::now();
  {
    Alerts alerts({desk.outlet()}, 50ms);
    alerts.start();
    for (int i = 0; i < 5; ++i) alerts.raise(alert_of(std::to_string(i) + "@example.com"));
    REQUIRE(desk.wait_for(1));
  }
  CHECK(Alerts::Clock::now() - begin < patience);
  CHECK(desk.stopped() == 1);
  CHECK(desk.taken().size() == 1);
}

TEST_CASE("at the end there is a limit to what is delivered") {
  Desk desk;
  desk.hold();
  {
    Alerts alerts({desk.outlet()});
    alerts.start();
    alerts.raise(alert_of("first@example.com"));
    REQUIRE(desk.wait_for(1));
    for (int i = 0; i < 500; ++i) alerts.raise(alert_of(std::to_string(i) + "@example.com"));
    desk.release();
  }
  CHECK(desk.taken().size() <= 1 + AlertMerger::burst + 60);
  CHECK(desk.taken().size() > 60);
}

TEST_CASE("other outlets can be set while it runs, and none as well") {
  Desk one;
  Desk other;
  {
    Alerts alerts;
    alerts.start();
    alerts.raise(alert_of("forgotten@example.com"));
    alerts.set_outlets({one.outlet()});
    alerts.raise(alert_of("alice@example.com"));
    REQUIRE(one.wait_for(1));
    alerts.set_outlets({other.outlet()});
    alerts.raise(alert_of("bob@example.com"));
    REQUIRE(other.wait_for(1));
  }
  REQUIRE(one.taken().size() == 1);
  CHECK(one.taken().front().alert.account == "alice@example.com");
  REQUIRE(other.taken().size() == 1);
  CHECK(other.taken().front().alert.account == "bob@example.com");
}
