#include "shim/auth/worker_pool.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <future>
#include <new>
#include <optional>
#include <stdexcept>
#include <thread>

using namespace clientid;
using namespace std::chrono_literals;

namespace {

// No task here asks for a store.
class Pool {
 public:
  Pool() { pool_.start(); }

  PoolResult run(WorkerPool::Task task, std::chrono::steady_clock::duration patience = 20s) {
    begin(std::move(task), patience);
    return end();
  }

  // The caller waits, but goes on only in pass() and end().
  void begin(WorkerPool::Task task, std::chrono::steady_clock::duration patience) {
    result_.reset();
    asio::co_spawn(context_, pool_.run(std::move(task), patience),
                   [&](const std::exception_ptr& error, PoolResult got) {
                     if (error) std::rethrow_exception(error);
                     result_ = got;
                   });
    context_.restart();
    context_.poll();
  }
  void pass(std::chrono::steady_clock::duration time) {
    std::this_thread::sleep_for(time);
    context_.poll();
  }
  PoolResult end() {
    context_.run();
    return result_.value();
  }

 private:
  asio::io_context context_;
  std::optional<PoolResult> result_;
  WorkerPool pool_{1, 10, "sqlite:/nowhere"};
};

// What a task and its caller wait for: that the other one is so far.
struct Signal {
  std::promise<void> promise;
  std::future<void> future = promise.get_future();

  void give() { promise.set_value(); }
  bool wait() { return future.wait_for(20s) == std::future_status::ready; }
};

}  // namespace

TEST_CASE("a task that throws is a failure of its caller's alone") {
  Pool pool;
  CHECK(pool.run([](JudgeStore&, Caller&) { throw std::runtime_error("OpenSSL gives no random octets"); }) ==
        PoolResult::failed);
  CHECK(pool.run([](JudgeStore&, Caller&) { throw std::bad_alloc(); }) == PoolResult::failed);
  bool ran = false;
  CHECK(pool.run([&](JudgeStore&, Caller&) { ran = true; }) == PoolResult::done);
  CHECK(ran);
}

TEST_CASE("a task that holds its caller is waited for, however slow") {
  Pool pool;
  Signal held;
  Signal go_on;
  bool waits = false;
  constexpr auto patience = 200ms;
  pool.begin(
      [&](JudgeStore&, Caller& caller) {
        waits = caller.hold() && caller.hold();
        held.give();
        go_on.wait();
      },
      patience);
  CHECK(held.wait());
  pool.pass(patience);
  go_on.give();
  CHECK(pool.end() == PoolResult::done);
  CHECK(waits);
}

TEST_CASE("a task cannot hold a caller that has left") {
  Pool pool;
  Signal left;
  Signal tried;
  bool waits = true;
  pool.begin(
      [&](JudgeStore&, Caller& caller) {
        left.wait();
        waits = caller.hold();
        tried.give();
      },
      1ms);
  CHECK(pool.end() == PoolResult::too_slow);
  left.give();
  CHECK(tried.wait());
  CHECK_FALSE(waits);
}
