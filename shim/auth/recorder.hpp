// Writes the ledger on a thread of its own, so that no AUTH waits for it. What comes within 50 ms, or while a commit is
// under way, goes into one commit, or into several where that is much. While the store does not answer, what is to be
// written waits; beyond `max_waiting` the oldest attempts are given up, and the log says how many. One that the store
// does not take, though it takes others, is given up as well.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "plugin/store/ledger.hpp"
#include "plugin/store/store_clock.hpp"

namespace clientid {

// Takes an alert, never blocks. Any thread.
using RaiseAlert = std::function<void(Alert)>;

struct RecorderLoad {
  std::size_t waiting = 0;  // to be written
  std::size_t open_sessions = 0;
};

class Recorder {
 public:
  // What comes waits until start().
  Recorder(std::string store_url, RaiseAlert raise);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder() { stop(); }

  // Makes the thread, with the rights that the caller has now. Throws std::system_error.
  void start();

  // Writes what is waiting, if the store lets it, and takes no more.
  void stop();

  void record(Entry entry, std::vector<Alert> alerts);

  // A session that is open, for as long as it lives. The recorder must outlive it.
  class Session {
   public:
    Session(Recorder& recorder, long long number) : recorder_(recorder), number_(number) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() { recorder_.close_session(number_); }

   private:
    Recorder& recorder_;
    long long number_;
  };
  // Holder and number are filled in.
  std::unique_ptr<Session> open_session(OpenSession session);

  RecorderLoad load();

  static constexpr std::size_t max_waiting = 10'000;

 private:
  using Clock = std::chrono::steady_clock;

  struct Open {
    Open(Connection opened, const std::string& holder)
        : connection(std::move(opened)), clock(connection), ledger(connection, holder) {}

    Connection connection;
    StoreClock clock;
    Ledger ledger;
  };

  void close_session(long long number);
  void wake_if_first();
  void work();
  bool write(Batch& batch, std::size_t most);
  bool write_apart(Batch& part, const std::string& fault);
  bool takes_others(const std::string& fault);
  std::optional<std::string> write_at_once(const Batch& batch);
  void leave_lock_free(Clock::time_point begun);
  std::optional<std::string> with_ledger(const std::function<void(Ledger&, Time)>& use);
  void tend();
  std::size_t drop_excess();
  void hand_over(const std::vector<OpenSession>& opened);
  void forget_session(long long number);
  void put_back(Batch batch);

  std::string store_url_;
  RaiseAlert raise_;
  std::string holder_;
  std::unique_ptr<Open> open_;
  Clock::time_point tended_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Batch waiting_;
  long long last_session_ = 0;
  long long handed_session_ = 0;  // up to this one, the store may have them
  std::size_t open_sessions_ = 0;
  std::size_t lost_ = 0;  // not yet logged
  bool stopping_ = false;
  Clock::time_point stop_by_;
  std::thread thread_;
};

}  // namespace clientid
