// Threads for what blocks: libsasl, the store, saslauthd. The queue is bounded, and a full one is an answer: the client
// gets 454 rather than a wait without end.
#pragma once

#include <utility>
//
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
  too_slow,    // it runs, or will
};

class WorkerPool {
 public:
  // Every thread has store connections of its own.
  using Task = std::function<void(JudgeStore&)>;

  WorkerPool(unsigned threads, std::size_t max_queue, const std::string& store_url);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  // Waits for the tasks under way, however long they take.
  ~WorkerPool();

  // Drops the tasks that wait, and takes no more. False where one that is under way does not end in this time: it goes
  // on, and with it what it uses.
  bool stop(std::chrono::steady_clock::duration patience);

  // Runs `task` on one of the threads and resumes the caller on its own executor. A task that is too slow goes on when
  // the caller has gone, so it owns what it works with. It must not throw.
  asio::awaitable<PoolResult> run(Task task, std::chrono::steady_clock::duration patience);

 private:
  bool enqueue(Task task);
  void work();

  std::string store_url_;
  std::size_t max_queue_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_wake_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  unsigned working_;  // threads that have not ended
  std::vector<std::thread> threads_;
};

}  // namespace clientid
