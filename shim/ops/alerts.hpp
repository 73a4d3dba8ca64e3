// Tells people what must not wait for somebody to read the log: takes alerts from every thread, and gives them, merged
// and bounded in number (alert_merger.hpp), to the outlets that shim.conf names, on a thread of its own.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "shim/ops/alert_merger.hpp"
#include "shim/ops/throttle.hpp"

namespace clientid {

struct AlertOutlet {
  std::string key;  // of shim.conf
  // Empty where it was delivered, else the cause. It may block for minutes, but not beyond a stop.
  std::function<std::string(const MergedAlert&, const std::stop_token&)> deliver;
};

class Alerts {
 public:
  using Clock = AlertMerger::Clock;

  // How long the end waits for what is still to be delivered.
  static constexpr auto end_time = std::chrono::seconds(5);

  // What is raised waits until start().
  explicit Alerts(std::vector<AlertOutlet> outlets = {}, Clock::duration end = end_time);
  Alerts(const Alerts&) = delete;
  Alerts& operator=(const Alerts&) = delete;
  // Delivers what waits, repeats included, for as long as it may; what remains is logged as lost.
  ~Alerts();

  // Makes the thread, with the rights that the caller has now. Throws std::system_error.
  void start();

  // Any thread may call this; none waits for a delivery. Without an outlet alerts are forgotten.
  void raise(Alert alert);

  // For what goes out from now on.
  void set_outlets(std::vector<AlertOutlet> outlets);

 private:
  void work();
  void deliver(const MergedAlert& alert, const std::vector<AlertOutlet>& outlets);
  void deliver_rest(const std::vector<AlertOutlet>& outlets, const std::vector<MergedAlert>& rest, std::uint64_t lost);

  Clock::duration end_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_wake_;
  AlertMerger merger_;
  std::vector<AlertOutlet> outlets_;
  bool stopping_ = false;
  bool ended_ = false;
  std::stop_source stop_;                          // what is under way is to be given up
  std::map<std::string, log::Throttle> failures_;  // by key; of the thread alone
  std::thread thread_;
};

}  // namespace clientid
