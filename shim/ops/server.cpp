#include "shim/ops/server.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <exception>
#include <memory>
#include <thread>

#include "plugin/config/config_error.hpp"
#include "plugin/config/site.hpp"
#include "plugin/identity/changed_key.hpp"
#include "shim/auth/module_probe.hpp"
#include "shim/auth/sasl_library.hpp"
#include "shim/net/backend_probe.hpp"
#include "shim/net/listener.hpp"
#include "shim/net/listening_socket.hpp"
#include "shim/net/passed_sockets.hpp"
#include "shim/ops/alert_outlets.hpp"
#include "shim/ops/memory_lock.hpp"
#include "shim/ops/monitor.hpp"
#include "shim/ops/pid_file.hpp"
#include "shim/ops/privileges.hpp"
#include "shim/ops/service_manager.hpp"
#include "shim/ops/service_rules.hpp"

namespace clientid {
namespace {

constexpr auto probe_patience = std::chrono::seconds(5);
constexpr auto probe_pause = std::chrono::seconds(5);
constexpr auto drain_time = std::chrono::seconds(30);
constexpr auto stuck_patience = std::chrono::seconds(10);
constexpr auto drain_pause = std::chrono::milliseconds(20);

asio::awaitable<void> pause_for(Clock::duration duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<bool> learn_offer(const std::shared_ptr<const Service>& current) {
  const auto& service = *current;
  auto rules = service.relay.backend;
  rules.patience = probe_patience;
  auto& backends = *service.relay.backends;
  for (const auto i : backends.order()) {
    std::string cause;
    const auto found = co_await probe_backend(backends.address(i), rules, cause);
    if (found) {
      backends.worked(i);
      service.offer->learn(*found);
      co_return true;
    }
    backends.failed(i, cause);
  }
  co_return false;
}

// A client has one, and another one to the back end; the rest does not depend on how many there are.
unsigned long wanted_descriptors(const Config& config) {
  constexpr unsigned long of_worker = 3;       // what Asio waits with
  constexpr unsigned long of_auth_worker = 4;  // files of the store, and what libsasl asks
  constexpr unsigned long others = 50;
  return 2UL * config.max_connections + config.workers * (of_worker + config.listen.size()) +
         config.auth_workers * of_auth_worker + config.verdict_sockets.size() + others;
}

// "2 1": the current one first.
std::string ids_of(const KeyFile& keys) {
  std::string ids;
  for (const auto& key : keys.keys()) ids += (ids.empty() ? "" : " ") + key.id;
  return ids;
}

// What an operator can mend.
void tell_of_rights(bool memory_locked) {
  if (::geteuid() == 0) log::warning("runs-as-root", {{"mend", "name a user in shim.conf that it becomes"}});
  if (memory_locked) return;
  log::info("memory-not-locked", {{"mend", "set LimitMEMLOCK=infinity in the unit, or start as root"}});
}

void require_same_keys(const KeyFile& before, const KeyFile& now, const std::string& path) {
  const auto changed = changed_key(before, now);
  if (!changed) return;
  throw ConfigError(path + ": key " + *changed + " is another one than before, under which no bound device would be " +
                    "known; bring the key back, or, if that is meant, start the program anew");
}

std::deque<asio::io_context> one_thread_each(unsigned count) {
  std::deque<asio::io_context> contexts;
  for (unsigned i = 0; i < count; ++i) contexts.emplace_back(1);
  return contexts;
}

class Server {
 public:
  explicit Server(const Config& config);

  // False where a thread hangs in libsasl or the store, so that this object cannot be destroyed. Throws what made it
  // end.
  bool run(const std::function<Config()>& reread);

  // Writes what waits to be written.
  void flush() { recorder_.stop(); }

 private:
  void add_listeners(const ListenAddress& address, const std::optional<FileDescriptor>& passed);
  void watch(const MonitorAddress& address);
  void start_threads();
  asio::awaitable<void> begin();
  asio::awaitable<void> ask_again(std::shared_ptr<const Service> service);
  asio::awaitable<void> obey_signals(const std::function<Config()>& reread);
  asio::awaitable<void> reload(const std::function<Config()>& reread);
  void take_keys(const std::shared_ptr<const KeyFile>& keys);
  asio::awaitable<void> drain();
  void start(asio::awaitable<void> task);
  void run_contexts();

  const Config config_;
  const Site site_;
  std::unique_ptr<const SaslLibrary> sasl_;  // null where a back end does AUTH
  SessionRegistry registry_;
  ConnectionLimits limits_;
  ListenerThrottles throttles_;
  KeyedCount devices_;
  Alerts alerts_;  // outlives all that may raise one
  Recorder recorder_;
  FailedPasswords passwords_;
  WorkerPool pool_;
  CurrentService service_;
  std::deque<asio::io_context> contexts_;
  asio::signal_set signals_;  // from the start: one that comes before somebody waits for it is kept
  std::deque<Listener> listeners_;
  std::deque<VerdictService> verdicts_;
  std::optional<Monitor> monitor_;
  std::optional<MonitorListener> monitor_listener_;
  std::exception_ptr fault_;  // of what start() began
};

Server::Server(const Config& config)
    : config_(config),
      site_(load_site(config.site_file)),
      sasl_(config.login == LoginWay::sasl ? std::make_unique<const SaslLibrary>(config.sasl_config) : nullptr),
      limits_(config.max_connections, config.max_connections_per_address),
      recorder_(site_.store, [this](Alert alert) { alerts_.raise(std::move(alert)); }),
      pool_(config.auth_workers, config.auth_queue, site_.store),
      service_(service_for(
          config, site_,
          {recorder_, passwords_, pool_, registry_, devices_, std::make_shared<TicketKeys>(),
           std::make_shared<CurrentKeys>(KeyFile::load(site_.key_file)), std::make_shared<LastOnStoreFailure>()})),
      contexts_(one_thread_each(config.workers)),
      signals_(contexts_.front(), SIGTERM, SIGINT, SIGHUP) {
  PassedSockets passed(passed_descriptors());
  for (const auto& address : config.listen) add_listeners(address, passed.take(address.endpoint));
  passed.require_none_left();
  for (const auto& socket : config.verdict_sockets) {
    const auto judge = [this] { return service_.get()->judge; };
    verdicts_.emplace_back(contexts_.front(), socket, judge, pool_, registry_);
  }
  if (config.metrics) watch(*config.metrics);
}

// One for each context; `passed` is the socket of systemd's for this address, if there is one.
void Server::add_listeners(const ListenAddress& address, const std::optional<FileDescriptor>& passed) {
  auto place = Place::first;
  for (auto& context : contexts_) {
    auto acceptor = passed ? share_acceptor(context, address, passed->get()) : open_acceptor(context, address, place);
    listeners_.emplace_back(context, address, ListenerParts{service_, limits_, throttles_}, std::move(acceptor));
    place = Place::beside_others;
  }
}

void Server::watch(const MonitorAddress& address) {
  monitor_.emplace(service_, limits_, site_.store, learn_offer);
  const auto answer = [this](std::string path) { return monitor_->answer(std::move(path)); };
  monitor_listener_.emplace(contexts_.front(), address, answer);
}

bool Server::run(const std::function<Config()>& reread) {
  const auto descriptors = raise_descriptor_limit();
  const auto wanted = wanted_descriptors(config_);
  if (descriptors < wanted) {
    log::warning("few-descriptors", {{"limit", std::to_string(descriptors)},
                                     {"wanted", std::to_string(wanted)},
                                     {"mend", "raise LimitNOFILE of the unit or ulimit -n, or lower max-connections"}});
  }
  lift_lock_limit();
  const PidFile pid_file(config_.pid_file);
  // No thread of ours has begun: one would keep what only this one gives up. Nothing takes these rights later, for
  // what listens is opened anew by a new start alone.
  drop_privileges(config_.user, config_.group);
  const bool locked = lock_memory();

  // As the user that will need them.
  Connection::require_writable(site_.store);
  if (sasl_) require_module(service_.get()->auth.service, config_.hostname, config_.sasl_config);
  require_alert_command(config_);
  alerts_.set_outlets(alert_outlets_for(config_, service_.get()->relay));
  tell_of_rights(locked);

  start_threads();
  for (auto& verdict : verdicts_) verdict.start();
  if (monitor_listener_) monitor_listener_->start();
  start(obey_signals(reread));
  start(begin());
  run_contexts();
  // What its tasks refer to lives in coroutines that end with their contexts.
  const bool stopped = pool_.stop(stuck_patience) && (!monitor_ || monitor_->stop(stuck_patience));
  if (stopped && fault_) std::rethrow_exception(fault_);
  return stopped;
}

void Server::start_threads() {
  alerts_.start();
  recorder_.start();
  pool_.start();
  if (monitor_) monitor_->start();
}

// On the first context. One that fails would leave a process that is there, and neither serves nor obeys.
void Server::start(asio::awaitable<void> task) {
  asio::co_spawn(contexts_.front(), std::move(task), [this](const std::exception_ptr& fault) {
    if (!fault) return;
    fault_ = fault;
    for (auto& context : contexts_) context.stop();
  });
}

// Clients are told what the back end announces before any connection of theirs reaches it (X9), so it is asked first,
// once, and again for as long as it does not answer.
asio::awaitable<void> Server::begin() {
  const auto service = service_.get();
  const bool learnt = co_await learn_offer(service);
  for (auto& listener : listeners_) listener.start();
  for (const auto& address : config_.listen) log::info("listening", {{"listen", address.to_string()}});
  if (monitor_) monitor_->set_listening(true);
  notify_ready();
  if (!learnt) co_await ask_again(service);
}

// Until a back end answers, or another service takes the place of this one.
asio::awaitable<void> Server::ask_again(std::shared_ptr<const Service> service) {
  for (bool learnt = false; !learnt;) {
    co_await pause_for(probe_pause);
    if (service_.get() != service) co_return;
    learnt = co_await learn_offer(service);
  }
}

asio::awaitable<void> Server::obey_signals(const std::function<Config()>& reread) {
  for (bool draining = false;;) {
    boost::system::error_code error;
    const int signal = co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    if (signal == SIGHUP) {
      if (!draining) co_await reload(reread);
      continue;
    }
    // Who asks twice does not want to wait.
    log::info("stopping", {{"signal", std::to_string(signal)}});
    if (draining) break;
    draining = true;
    notify_stopping();
    start(drain());
  }
  for (auto& context : contexts_) context.stop();
}

// Sessions go on as they began; who comes from now on gets the new configuration, if it is good.
asio::awaitable<void> Server::reload(const std::function<Config()>& reread) {
  notify_reloading();
  try {
    Config fresh = reread();
    for (const auto* key : keep_until_restart(config_, fresh)) log::warning("needs-restart", {{"key", key}});
    require_sound(fresh);
    Site site = load_site(fresh.site_file);
    if (site.store != site_.store) {
      log::warning("needs-restart", {{"key", "store"}});
      // Its hashes were made with its own keys.
      site.store = site_.store;
      site.key_file = site_.key_file;
    }
    require_alert_command(fresh);
    const auto keys = std::make_shared<const KeyFile>(KeyFile::load(site.key_file));
    const auto old = service_.get();
    require_same_keys(*old->parts.hash_keys->get(), *keys, site.key_file);
    // Where AUTH is the back end's, an empty offer would let nobody in, so that nobody would ever reach it.
    const auto service = service_for(fresh, site, old->parts, old->offer->announced());
    const bool learnt = co_await learn_offer(service);
    alerts_.set_outlets(alert_outlets_for(fresh, service->relay));
    take_keys(keys);
    service_.set(service);
    if (!learnt) start(ask_again(service));
    log::open(fresh.log_target, fresh.log_level, fresh.log_format);
    log::info("reloaded", {});
  } catch (const std::exception& error) {
    log::error("reload-failure", {{"cause", error.what()}});
  }
  notify_ready();
}

// Sessions that go on have them as well.
void Server::take_keys(const std::shared_ptr<const KeyFile>& keys) {
  auto& current = *service_.get()->parts.hash_keys;
  const auto numbers = ids_of(*keys);
  if (ids_of(*current.get()) != numbers) log::info("hash-keys", {{"current", keys->current_id()}, {"keys", numbers}});
  current.set(keys);
}

asio::awaitable<void> Server::drain() {
  if (monitor_) monitor_->set_listening(false);
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    // The listeners of an address stand one behind the other, one for each context.
    asio::post(contexts_[i % contexts_.size()], [&listener = listeners_[i]] { listener.wind_down(); });
  }
  const auto deadline = Clock::now() + drain_time;
  while (limits_.now() > 0 && Clock::now() < deadline) co_await pause_for(drain_pause);
  if (limits_.now() > 0) log::warning("cut-off", {{"sessions", std::to_string(limits_.now())}});
  for (auto& context : contexts_) context.stop();
}

void Server::run_contexts() {
  std::vector<std::thread> threads;
  for (auto& context : contexts_) {
    threads.emplace_back([&context] {
      const auto work = asio::make_work_guard(context);
      context.run();
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace

void run_server(const Config& config, const std::function<Config()>& reread) {
  std::signal(SIGPIPE, SIG_IGN);
  // Until the first one is waited for, it would end the process.
  std::signal(SIGHUP, SIG_IGN);
  // Where the parent ignores it, nobody learns how a program of ours ended.
  std::signal(SIGCHLD, SIG_DFL);
  const auto server = std::make_unique<Server>(config);
  if (server->run(reread)) return;
  log::error("auth-stuck",
             {{"mend", "an AUTH hangs in libsasl or the store: look at saslauthd and what stands behind it"}});
  server->flush();
  std::_Exit(EXIT_FAILURE);
}

}  // namespace clientid
