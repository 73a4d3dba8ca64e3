#include "plugin/store/wait_limit.hpp"

#include <signal.h>
#include <sys/socket.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace clientid {

// One thread for all limits of the process. It begins with the first one.
class WaitWatch {
 public:
  static WaitWatch& instance() {
    static WaitWatch watch;
    return watch;
  }

  WaitWatch(const WaitWatch&) = delete;
  WaitWatch& operator=(const WaitWatch&) = delete;

  void add(WaitLimit& limit) {
    const std::lock_guard lock(mutex_);
    limits_.emplace(limit.end_, &limit);
    // Limits come by the thousand and hardly one is reached: the thread is not woken for one that is no sooner than
    // what it waits for, even if that is gone.
    if (limit.end_ < wakes_at_) wake_.notify_one();
    if (!thread_.joinable()) start();
  }

  void remove(WaitLimit& limit) {
    const std::lock_guard lock(mutex_);
    limits_.erase({limit.end_, &limit});
  }

  bool reached(const WaitLimit& limit) {
    const std::lock_guard lock(mutex_);
    return limit.reached_;
  }

 private:
  using Clock = std::chrono::steady_clock;

  WaitWatch() = default;
  ~WaitWatch() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  // Signals are for the threads that wait for them, or hold them back.
  void start() {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      while (!limits_.empty() && limits_.begin()->first <= Clock::now()) end(*limits_.begin()->second);
      wakes_at_ = limits_.empty() ? Clock::time_point::max() : limits_.begin()->first;
      if (limits_.empty()) {
        wake_.wait(lock);
      } else {
        wake_.wait_until(lock, wakes_at_);
      }
    }
  }

  // While it is in the set, its socket is open.
  void end(WaitLimit& limit) {
    limits_.erase({limit.end_, &limit});
    limit.reached_ = true;
    ::shutdown(limit.socket_, SHUT_RDWR);
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::set<std::pair<Clock::time_point, WaitLimit*>> limits_;
  Clock::time_point wakes_at_ = Clock::time_point::max();
  bool stopping_ = false;
  std::thread thread_;
};

WaitLimit::WaitLimit(int socket, std::chrono::milliseconds limit)
    : socket_(limit.count() > 0 ? socket : -1), end_(std::chrono::steady_clock::now() + limit) {
  if (socket_ >= 0) WaitWatch::instance().add(*this);
}

WaitLimit::~WaitLimit() {
  if (socket_ >= 0) WaitWatch::instance().remove(*this);
}

bool WaitLimit::reached() const {
  return socket_ >= 0 && WaitWatch::instance().reached(*this);
}

}  // namespace clientid
