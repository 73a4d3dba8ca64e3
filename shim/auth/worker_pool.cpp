#include "shim/auth/worker_pool.hpp"

#include <openssl/crypto.h>

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>

#include "shim/ops/log.hpp"

namespace clientid {
namespace {

// Where the frames of a task were: sasldb and the client of saslauthd have passwords on the stack, and leave them
// there.
[[gnu::noinline]] void wipe_stack_below() {
  constexpr std::size_t deepest = 65536;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): what stands there is what is wiped
  std::array<char, deepest> frames;
  OPENSSL_cleanse(frames.data(), frames.size());
}

// The thread goes on to the next one, whatever becomes of this.
PoolResult carry_out(const WorkerPool::Task& task, JudgeStore& store, Caller& caller) {
  try {
    task(store, caller);
    return PoolResult::done;
  } catch (const std::exception& error) {
    log::error("task-failure", {{"cause", error.what()}});
    return PoolResult::failed;
  }
}

}  // namespace

WorkerPool::WorkerPool(unsigned threads, std::size_t max_queue, const std::string& store_url)
    : store_url_(store_url), wanted_(threads), max_queue_(max_queue) {}

void WorkerPool::start() {
  const std::lock_guard lock(mutex_);
  for (; working_ < wanted_; ++working_) threads_.emplace_back([this] { work(); });
}

WorkerPool::~WorkerPool() {
  stop({});
  for (auto& thread : threads_) thread.join();
}

bool WorkerPool::stop(std::chrono::steady_clock::duration patience) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  queue_.clear();
  wake_.notify_all();
  return ended_wake_.wait_for(lock, patience, [this] { return working_ == 0; });
}

bool WorkerPool::enqueue(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= max_queue_) return false;
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

PoolLoad WorkerPool::load() {
  const std::lock_guard lock(mutex_);
  return {threads_.size(), busy_, queue_.size(), max_queue_};
}

void WorkerPool::work() {
  JudgeStore store(store_url_);
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) {
      --working_;
      ended_wake_.notify_all();
      return;
    }
    const Work work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    ++busy_;
    work(store);
    wipe_stack_below();
    --busy_;
  }
}

asio::awaitable<PoolResult> WorkerPool::run(Task task, std::chrono::steady_clock::duration patience) {
  // The end of the task ends the wait. The timer and the result belong to the caller's thread alone.
  struct Wait {
    explicit Wait(asio::steady_timer patient) : timer(std::move(patient)) {}

    asio::steady_timer timer;
    PoolResult result = PoolResult::too_slow;
    Caller caller;
  };
  const auto executor = co_await asio::this_coro::executor;
  const auto wait = std::make_shared<Wait>(asio::steady_timer(executor, patience));
  const bool queued = enqueue([task = std::move(task), wait, executor](JudgeStore& store) {
    const auto result = carry_out(task, store, wait->caller);
    asio::post(executor, [wait, result] {
      wait->result = result;
      wait->timer.cancel();
    });
  });
  if (!queued) co_return PoolResult::queue_full;
  boost::system::error_code ignored;
  co_await wait->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (wait->result == PoolResult::too_slow && !wait->caller.leave()) {
    wait->timer.expires_at(std::chrono::steady_clock::time_point::max());
    co_await wait->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  co_return wait->result;
}

}  // namespace clientid
