#include "shim/auth/worker_pool.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/this_coro.hpp>

namespace clientid {

WorkerPool::WorkerPool(unsigned threads, std::size_t max_queue, const std::string& store_url)
    : store_url_(store_url), max_queue_(max_queue) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

void WorkerPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

bool WorkerPool::enqueue(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= max_queue_) return false;
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::work() {
  JudgeStore store(store_url_);
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const Task task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    task(store);
  }
}

asio::awaitable<bool> WorkerPool::run(Task task) {
  const auto executor = co_await asio::this_coro::executor;
  const auto start = [this, executor, &task](auto handler) {
    // std::function wants something that can be copied; the handler of a coroutine can only be moved.
    const auto resume = std::make_shared<decltype(handler)>(std::move(handler));
    const auto work = asio::make_work_guard(executor);
    const auto finish = [resume, executor](bool ran) {
      asio::post(executor, [resume, ran] { std::move (*resume)(ran); });
    };
    const bool queued = enqueue([task = std::move(task), finish, work](JudgeStore& store) {
      task(store);
      finish(true);
    });
    if (!queued) finish(false);
  };
  co_return co_await asio::async_initiate<decltype(asio::use_awaitable), void(bool)>(start, asio::use_awaitable);
}

}  // namespace clientid
