#include "shim/ops/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <deque>
#include <optional>
#include <thread>

#include "plugin/config/site.hpp"
#include "plugin/identity/key_file.hpp"
#include "shim/auth/module_probe.hpp"
#include "shim/auth/sasl_library.hpp"
#include "shim/net/backend_probe.hpp"
#include "shim/net/client.hpp"
#include "shim/net/listener.hpp"
#include "shim/ops/pid_file.hpp"
#include "shim/ops/privileges.hpp"
#include "shim/ops/service_rules.hpp"

namespace clientid {
namespace {

constexpr auto probe_patience = std::chrono::seconds(5);
constexpr auto probe_pause = std::chrono::seconds(5);

asio::awaitable<bool> learn_keywords(const Config& config, SharedOffer& offer) {
  for (const auto& address : config.backends) {
    std::string cause;
    const auto found = co_await probe_backend(address, config.hostname, probe_patience, cause);
    if (found) {
      offer.learn(*found);
      co_return true;
    }
    log::warning("backend-failure", {{"backend", address.to_string()}, {"cause", cause}});
  }
  co_return false;
}

// Clients are told what the back end announces before any connection of theirs reaches it (X9), so it is asked first,
// once, and again for as long as it does not answer.
asio::awaitable<void> begin(const Config& config, SharedOffer& offer, std::deque<Listener>& listeners) {
  bool learnt = co_await learn_keywords(config, offer);
  for (auto& listener : listeners) listener.start();
  for (const auto& address : config.listen) log::info("listening", {{"listen", address.to_string()}});
  asio::steady_timer pause(co_await asio::this_coro::executor);
  while (!learnt) {
    pause.expires_after(probe_pause);
    boost::system::error_code ignored;
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    learnt = co_await learn_keywords(config, offer);
  }
}

void run_contexts(std::deque<asio::io_context>& contexts) {
  std::vector<std::thread> threads;
  for (auto& context : contexts) {
    threads.emplace_back([&context] {
      const auto work = asio::make_work_guard(context);
      context.run();
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace

void run_server(const Config& config) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  const Site site = load_site(config.site_file);
  const TlsContext tls(config.tls);
  std::optional<SaslLibrary> sasl;
  if (config.login == LoginWay::sasl) sasl.emplace(config.sasl_config);
  Judge judge(site.accounts, KeyFile::load(site.key_file));
  SessionRegistry registry;
  SharedOffer offer(offer_rules_for(config));
  ConnectionCount count(config.max_connections);
  Recorder recorder(site.store);
  WorkerPool pool(config.auth_workers, config.auth_queue, site.store);
  Service service =
      service_for(config, site.accounts.default_realm, {tls.get(), judge, recorder, pool, registry, offer});

  std::deque<asio::io_context> contexts(config.workers);
  std::deque<Listener> listeners;
  for (const auto& address : config.listen) {
    auto place = Listener::Place::first;
    for (auto& context : contexts) {
      listeners.emplace_back(context, address, service, count, place);
      place = Listener::Place::beside_others;
    }
  }
  std::deque<VerdictService> verdicts;
  for (const auto& socket : config.verdict_sockets) {
    verdicts.emplace_back(contexts.front(), socket, judge, pool, registry);
  }
  const PidFile pid_file(config.pid_file);
  drop_privileges(config.user, config.group);

  // As the user that will need them.
  Connection::open(site.store);
  if (sasl) require_module(service.auth.service, config.hostname, config.sasl_config);

  for (auto& verdict : verdicts) verdict.start();
  asio::signal_set signals(contexts.front(), SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code /*error*/, int signal) {
    log::info("stopping", {{"signal", std::to_string(signal)}});
    for (auto& context : contexts) context.stop();
  });
  asio::co_spawn(contexts.front(), begin(config, offer, listeners), asio::detached);
  run_contexts(contexts);
  // What its tasks refer to lives in coroutines that end with their contexts.
  pool.stop();
}

}  // namespace clientid
