#include "shim/ops/monitor.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>

#include "shim/ops/exposition.hpp"
#include "shim/ops/metrics.hpp"

namespace clientid {
namespace {

// Whoever asks must not be kept waiting for longer than he is likely to.
constexpr auto store_patience = std::chrono::seconds(5);
constexpr auto count_patience = std::chrono::seconds(1);
constexpr auto try_pause = std::chrono::seconds(5);
constexpr auto look_pause = std::chrono::seconds(15);
constexpr auto look_pause_after_failure = std::chrono::seconds(5);
// With many bindings a count takes longer, and comes less often: at most a fiftieth of the time is spent on it.
constexpr int count_share = 50;

constexpr unsigned ok = 200;
constexpr unsigned unavailable = 503;

}  // namespace

// Shared with the thread that counts, which may come back when nobody waits any more.
struct Monitor::Count {
  void finish() {
    end = Clock::now();
    done = true;
  }

  Clock::time_point begun = Clock::now();
  Clock::time_point end;
  std::optional<BindingCounts> found;
  std::atomic<bool> done = false;  // what is above is there
};

Monitor::Monitor(const CurrentService& service, const ConnectionLimits& limits, const std::string& store_url,
                 TryBackends try_backends)
    : service_(service),
      limits_(limits),
      reader_(1, 1, store_url),
      counter_(1, 1, store_url),
      try_backends_(std::move(try_backends)),
      started_(now()) {}

asio::awaitable<MonitorPage> Monitor::answer(std::string path) {
  if (path == "/healthz") co_return MonitorPage{.status = ok, .body = "ok\n"};
  if (path == "/metrics") co_return co_await show_metrics();
  if (path == "/readyz") co_return co_await show_readiness();
  co_return MonitorPage{.body = "there are /metrics, /healthz and /readyz\n"};
}

asio::awaitable<void> Monitor::look_at_store() {
  const auto begun = Clock::now();
  if (begun < next_look_) co_return;
  // Who asks meanwhile is told what was found the last time.
  next_look_ = begun + store_patience + look_pause_after_failure;
  const auto readable = std::make_shared<bool>(false);
  WorkerPool::Task task = [readable](JudgeStore& store, Caller& /*caller*/) { *readable = store.is_readable(); };
  const auto result = co_await reader_.run(std::move(task), store_patience);
  store_readable_ = result == PoolResult::done && *readable;
  next_look_ = Clock::now() + (store_readable_ ? look_pause : look_pause_after_failure);
}

asio::awaitable<void> Monitor::count_bindings() {
  take_count();
  if (count_ || Clock::now() < next_count_) co_return;
  const auto count = count_ = std::make_shared<Count>();
  WorkerPool::Task task = [count](JudgeStore& store, Caller& /*caller*/) {
    count->found = store.count_bindings(clientid::now());
    count->finish();
  };
  const auto result = co_await counter_.run(std::move(task), count_patience);
  if (result == PoolResult::queue_full || result == PoolResult::failed) count->finish();
  take_count();
}

void Monitor::take_count() {
  if (!count_ || !count_->done) return;
  if (count_->found) bindings_ = *count_->found;
  const auto pause = count_->found ? std::max<Clock::duration>(look_pause, count_share * (count_->end - count_->begun))
                                   : Clock::duration(look_pause_after_failure);
  next_count_ = count_->end + pause;
  count_.reset();
}

bool Monitor::stop(Clock::duration patience) {
  const auto deadline = Clock::now() + patience;
  return reader_.stop(patience) && counter_.stop(std::max(deadline - Clock::now(), Clock::duration::zero()));
}

asio::awaitable<void> Monitor::find_backend(std::shared_ptr<const Service> service) {
  co_await try_backends_(service);
  next_try_ = Clock::now() + try_pause;
  trying_ = false;
}

asio::awaitable<MonitorPage> Monitor::show_metrics() {
  co_await look_at_store();
  co_await count_bindings();
  Exposition text;
  expose_now(text);
  expose(metrics, text);
  co_return MonitorPage{.status = ok, .type = "text/plain; version=0.0.4; charset=utf-8", .body = text.text()};
}

asio::awaitable<MonitorPage> Monitor::show_readiness() {
  co_await look_at_store();
  std::string missing;
  if (!listening_) missing += "clients are not taken\n";
  if (!store_readable_) missing += "the store cannot be read\n";
  const auto service = service_.get();
  if (service->relay.backends->working() == 0) {
    missing += "no back end answers\n";
    // Who asks does not wait for it; the next one sees what came of it.
    if (!trying_ && Clock::now() >= next_try_) {
      trying_ = true;
      const auto executor = co_await asio::this_coro::executor;
      asio::co_spawn(executor, find_backend(service), asio::detached);
    }
  }
  if (missing.empty()) co_return MonitorPage{.status = ok, .body = "ready\n"};
  co_return MonitorPage{.status = unavailable, .body = missing};
}

void Monitor::expose_now(Exposition& text) {
  const auto service = service_.get();
  const auto pool = service->parts.pool.load();
  const auto recorder = service->parts.recorder.load();
  auto& backends = *service->relay.backends;
  text.gauge("clientid_build_info", "The versions of this program and of OpenSSL; always 1.")
      .sample({{"version", PACKAGE_VERSION}, {"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)}}, 1);
  text.gauge("process_start_time_seconds", "When the process began, in seconds since 1970.")
      .sample(static_cast<std::uint64_t>(started_.time_since_epoch().count()));
  text.gauge("clientid_connections_open", "Clients that are connected.").sample(limits_.now());
  text.gauge("clientid_connections_limit", "max-connections.").sample(limits_.most());
  text.gauge("clientid_sessions_open", "Sessions that have authenticated with a device that counts.")
      .sample(recorder.open_sessions);
  text.gauge("clientid_auth_workers", "Threads that run AUTH.").sample(pool.threads);
  text.gauge("clientid_auth_workers_busy", "Those of them that do so now.").sample(pool.busy);
  text.gauge("clientid_auth_queue_length", "Steps of AUTH that wait for one of them.").sample(pool.queued);
  text.gauge("clientid_auth_queue_limit", "auth-queue.").sample(pool.queue_limit);
  text.gauge("clientid_ledger_queue_length", "What waits to be written to the store.").sample(recorder.waiting);
  text.gauge("clientid_backends", "Back ends that are configured.").sample(backends.size());
  text.gauge("clientid_backends_working", "Those of them that did not fail the last time.").sample(backends.working());
  text.gauge("clientid_store_readable", "1 if the store could be read when it was last looked at, else 0.")
      .sample(store_readable_ ? 1 : 0);
  if (!bindings_) return;
  text.gauge("clientid_bindings", "Bindings and licences, by the state in force.");
  for (std::size_t i = 0; i < bindings_->size(); ++i) {
    text.sample({{"state", name(static_cast<BindingState>(i))}}, (*bindings_)[i]);
  }
}

}  // namespace clientid
