// What machines that watch this one are told, by the path that they ask for:
//
//     /metrics   numbers for Prometheus: what was done (metrics.hpp), and what is now
//     /healthz   200 as long as the process answers
//     /readyz    200 while clients are taken, the store can be read, and a back end answered the last time; else 503
//                and a line for each that is not so
//
// Used by one thread. The store is read on others, and so seldom that it costs next to nothing. To count many bindings
// takes long: nobody waits for that, and whoever asks meanwhile is told the last count. While no back end answers,
// /readyz has them tried again: a balancer that goes by it sends no client that would find out.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "shim/net/connection_limits.hpp"
#include "shim/net/monitor_listener.hpp"
#include "shim/net/service.hpp"

namespace clientid {

class Exposition;

class Monitor {
 public:
  // Asks the back ends of a service until one answers.
  using TryBackends = std::function<asio::awaitable<bool>(const std::shared_ptr<const Service>&)>;

  // What is given must outlive it.
  Monitor(const CurrentService& service, const ConnectionLimits& limits, const std::string& store_url,
          TryBackends try_backends);

  // As WorkerPool::start(), of both threads.
  void start() {
    reader_.start();
    counter_.start();
  }

  // Are new clients taken?
  void set_listening(bool listening) { listening_ = listening; }

  asio::awaitable<MonitorPage> answer(std::string path);

  // As WorkerPool::stop(), of both threads.
  bool stop(Clock::duration patience);

 private:
  struct Count;

  asio::awaitable<void> look_at_store();
  asio::awaitable<void> count_bindings();
  void take_count();
  asio::awaitable<void> find_backend(std::shared_ptr<const Service> service);
  asio::awaitable<MonitorPage> show_metrics();
  asio::awaitable<MonitorPage> show_readiness();
  void expose_now(Exposition& text);

  const CurrentService& service_;
  const ConnectionLimits& limits_;
  WorkerPool reader_;
  WorkerPool counter_;
  TryBackends try_backends_;
  Time started_;
  bool listening_ = false;
  bool trying_ = false;                    // back ends
  Clock::time_point next_try_;             // of them
  Clock::time_point next_look_;            // at the store
  bool store_readable_ = false;            // at the last one
  std::shared_ptr<Count> count_;           // that is under way
  Clock::time_point next_count_;           // of bindings
  std::optional<BindingCounts> bindings_;  // once they were counted
};

}  // namespace clientid
