#include "shim/net/login.hpp"

#include "shim/ops/log.hpp"

namespace clientid {

boost::asio::awaitable<bool> run_on_pool(WorkerPool& pool, WorkerPool::Task task, const PoolUse& use) {
  const auto result = co_await pool.run(std::move(task), use.patience);
  switch (result) {
    case PoolResult::done: co_return true;
    case PoolResult::queue_full: log::error("auth-queue-full", {{"peer", use.peer}}); break;
    case PoolResult::too_slow: log::error("auth-too-slow", {{"peer", use.peer}}); break;
  }
  co_return false;
}

}  // namespace clientid
