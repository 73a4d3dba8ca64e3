#include "shim/ops/alerts.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "shim/ops/log.hpp"

namespace clientid {
namespace {

constexpr auto log_interval = std::chrono::minutes(1);

// Of what is delivered at the end, when the merger no longer says when: as many as in a minute before.
constexpr std::size_t max_rest = 60;

void log_lost(std::uint64_t count) {
  log::error("alerts-lost", {{"alerts", std::to_string(count)}});
}

std::uint64_t total(const std::vector<MergedAlert>& alerts, std::size_t from) {
  std::uint64_t count = 0;
  for (auto i = from; i < alerts.size(); ++i) count += alerts[i].count;
  return count;
}

}  // namespace

Alerts::Alerts(std::vector<AlertOutlet> outlets, Clock::duration end) : end_(end), outlets_(std::move(outlets)) {}

Alerts::~Alerts() {
  if (!thread_.joinable()) return;
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
    ended_wake_.wait_for(lock, end_, [this] { return ended_; });
  }
  stop_.request_stop();
  thread_.join();
}

void Alerts::start() {
  thread_ = std::thread([this] { work(); });
}

void Alerts::raise(Alert alert) {
  {
    const std::lock_guard lock(mutex_);
    if (outlets_.empty()) return;
    merger_.add(std::move(alert), Clock::now());
  }
  wake_.notify_one();
}

void Alerts::set_outlets(std::vector<AlertOutlet> outlets) {
  const std::lock_guard lock(mutex_);
  outlets_ = std::move(outlets);
}

void Alerts::work() {
  std::unique_lock lock(mutex_);
  auto next_lost_line = Clock::time_point::min();
  while (!stopping_) {
    const auto now = Clock::now();
    // As something is lost only while much waits, this comes by often enough.
    if (now >= next_lost_line) {
      if (const auto lost = merger_.take_lost()) {
        log_lost(lost);
        next_lost_line = now + log_interval;
      }
    }
    if (const auto next = merger_.take(now)) {
      const auto outlets = outlets_;
      lock.unlock();
      deliver(*next, outlets);
      lock.lock();
    } else if (const auto time = merger_.next_time()) {
      wake_.wait_until(lock, *time);
    } else {
      wake_.wait(lock);
    }
  }
  const auto outlets = outlets_;
  const auto rest = merger_.take_rest();
  const auto lost = merger_.take_lost();
  lock.unlock();
  deliver_rest(outlets, rest, lost);
  lock.lock();
  ended_ = true;
  ended_wake_.notify_one();
}

void Alerts::deliver(const MergedAlert& alert, const std::vector<AlertOutlet>& outlets) {
  for (const auto& outlet : outlets) {
    std::string cause;
    try {
      cause = outlet.deliver(alert, stop_.get_token());
    } catch (const std::exception& error) {
      cause = error.what();
    }
    if (cause.empty()) continue;
    const auto count = failures_.try_emplace(outlet.key, log_interval).first->second.pass(Clock::now());
    if (!count) continue;
    log::error("alert-failure", {{"by", outlet.key},
                                 {"cause", cause},
                                 {"kind", std::string(name(alert.alert.kind))},
                                 {"account", alert.alert.account},
                                 {"failures", std::to_string(*count)}});
  }
}

void Alerts::deliver_rest(const std::vector<AlertOutlet>& outlets, const std::vector<MergedAlert>& rest,
                          std::uint64_t lost) {
  std::size_t delivered = 0;
  for (; delivered < std::min(rest.size(), max_rest) && !stop_.stop_requested(); ++delivered) {
    deliver(rest[delivered], outlets);
  }
  lost += total(rest, delivered);
  if (lost > 0) log_lost(lost);
}

}  // namespace clientid
