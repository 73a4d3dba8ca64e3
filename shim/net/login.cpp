#include "shim/net/login.hpp"

#include "shim/ops/log.hpp"
#include "shim/ops/metrics.hpp"

namespace clientid {

asio::awaitable<bool> run_on_pool(const Service& service, const std::string& peer, WorkerPool::Task task) {
  const auto result = co_await service.parts.pool.run(std::move(task), service.timeouts.auth);
  switch (result) {
    case PoolResult::done: co_return true;
    case PoolResult::queue_full:
      metrics.auth_queue_full.add();
      log::error("auth-queue-full", {{"peer", peer}});
      break;
    case PoolResult::failed: break;
    case PoolResult::too_slow:
      metrics.auth_too_slow.add();
      log::error("auth-too-slow", {{"peer", peer}});
      break;
  }
  co_return false;
}

}  // namespace clientid
