// Threads for what blocks: libsasl, the store, saslauthd. The queue is bounded, and a full one is an answer: the client
// gets 454 rather than a wait without end.
#pragma once

#include <utility>
//
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "shim/auth/judge_store.hpp"

namespace clientid {

namespace asio = boost::asio;

enum class PoolResult : std::uint8_t {
  done,
  queue_full,  // the task was not run
  too_slow,    // it runs, or will, and cannot hold its caller any more
  failed,      // it threw, and that is logged
};

struct PoolLoad {
  std::size_t threads = 0;
  std::size_t busy = 0;
  std::size_t queued = 0;
  std::size_t queue_limit = 0;
};

// Whoever waits for a task. What must not happen once he was told something else, a task does when it holds him.
class Caller {
 public:
  // For the task: from now on he waits to its end. False where he has left.
  bool hold() { return turn_to(State::held); }
  // For the pool. False where he is held.
  bool leave() { return turn_to(State::left); }

 private:
  enum class State : std::uint8_t { waiting, held, left };

  bool turn_to(State wanted) {
    auto found = State::waiting;
    return state_.compare_exchange_strong(found, wanted) || found == wanted;
  }

  std::atomic<State> state_{State::waiting};
};

class WorkerPool {
 public:
  // Every thread has store connections of its own.
  using Task = std::function<void(JudgeStore&, Caller&)>;

  // Tasks wait until start().
  WorkerPool(unsigned threads, std::size_t max_queue, const std::string& store_url);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  // Waits for the tasks under way, however long they take.
  ~WorkerPool();

  // Makes the threads, with the rights that the caller has now. Throws std::system_error where one cannot be made.
  void start();

  // Drops the tasks that wait, and takes no more. False where one that is under way does not end in this time: it goes
  // on, and with it what it uses.
  bool stop(std::chrono::steady_clock::duration patience);

  // Runs `task` on one of the threads and resumes the caller on its own executor. A task that is too slow goes on when
  // the caller has gone, so it owns what it works with. One that holds its caller is waited for, however slow.
  asio::awaitable<PoolResult> run(Task task, std::chrono::steady_clock::duration patience);

  PoolLoad load();

 private:
  using Work = std::function<void(JudgeStore&)>;

  bool enqueue(Work work);
  void work();

  std::string store_url_;
  unsigned wanted_;  // threads
  std::size_t max_queue_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_wake_;
  std::deque<Work> queue_;
  bool stopping_ = false;
  std::atomic<std::size_t> busy_{0};
  unsigned working_ = 0;  // threads that have not ended
  std::vector<std::thread> threads_;
};

}  // namespace clientid
