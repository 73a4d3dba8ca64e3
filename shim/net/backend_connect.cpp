#include "shim/net/backend_connect.hpp"

#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace clientid {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using Endpoint = asio::generic::stream_protocol::endpoint;

// Shared with the timer, which may fire when nobody waits any more.
struct Attempt {
  explicit Attempt(const asio::any_io_executor& executor) : socket(executor), alarm(executor) {}

  Socket socket;
  asio::steady_timer alarm;
};

asio::awaitable<error_code> connect_by(const std::shared_ptr<Attempt>& attempt, const Endpoint& endpoint,
                                       Clock::time_point deadline) {
  attempt->alarm.expires_at(deadline);
  attempt->alarm.async_wait([attempt](error_code error) {
    error_code ignored;
    if (!error) attempt->socket.close(ignored);
  });
  error_code error;
  co_await attempt->socket.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  attempt->alarm.cancel();
  co_return error == asio::error::operation_aborted ? error_code(asio::error::timed_out) : error;
}

struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor) {}

  tcp::resolver resolver;
  std::vector<std::shared_ptr<asio::steady_timer>> alarms;  // of those who wait
  error_code error = asio::error::timed_out;
  tcp::resolver::results_type found;
};

// A context has one thread that resolves, one name after the other, and nobody can call it back. So all who want a name
// at a time wait for the same answer: if each had it asked for anew, a slow name server would be busy with those who
// have given up. No lock: one thread runs a context.
class Lookups : public asio::execution_context::service {
 public:
  using key_type = Lookups;
  // Asio asks for this name.
  static inline asio::execution_context::id id;  // NOLINT(cert-err58-cpp,readability-identifier-naming)

  explicit Lookups(asio::execution_context& context) : service(context) {}

  std::shared_ptr<Lookup> join(const asio::any_io_executor& executor, const BackendAddress& address) {
    const std::pair key(address.host, address.port);
    auto& lookup = running_[key];
    if (lookup) return lookup;
    lookup = std::make_shared<Lookup>(executor);
    lookup->resolver.async_resolve(address.host, address.port,
                                   [this, key, lookup](error_code failure, const tcp::resolver::results_type& results) {
                                     lookup->error = failure;
                                     lookup->found = results;
                                     for (const auto& alarm : lookup->alarms) alarm->cancel();
                                     running_.erase(key);
                                   });
    return lookup;
  }

 private:
  void shutdown() noexcept override { running_.clear(); }

  std::map<std::pair<std::string, std::string>, std::shared_ptr<Lookup>> running_;
};

asio::awaitable<error_code> look_up(const BackendAddress& address, Clock::time_point deadline,
                                    std::vector<Endpoint>& found) {
  error_code error;
  const auto numeric = asio::ip::make_address(address.host, error);
  if (!error) {
    found.emplace_back(tcp::endpoint(numeric, static_cast<std::uint16_t>(std::stoul(address.port))));
    co_return error;
  }
  const auto executor = co_await asio::this_coro::executor;
  auto& lookups = asio::use_service<Lookups>(asio::query(executor, asio::execution::context));
  const auto lookup = lookups.join(executor, address);
  const auto alarm = std::make_shared<asio::steady_timer>(executor, deadline);
  lookup->alarms.push_back(alarm);
  co_await alarm->async_wait(asio::redirect_error(asio::use_awaitable, error));
  for (const auto& each : lookup->found) found.emplace_back(each.endpoint());
  co_return lookup->error;
}

// From its connect on, the reactor watches a socket for room to write as well: it would wake the thread beside each
// read.
Socket watched_anew(Socket& socket, const Endpoint& peer) {
  const auto descriptor = socket.release();
  return {socket.get_executor(), peer.protocol(), descriptor};
}

std::string text_of(const error_code& error) {
  return error == asio::error::timed_out ? "no answer in time" : error.message();
}

}  // namespace

asio::awaitable<std::optional<Socket>> connect_to(const BackendAddress& address, Clock::time_point deadline,
                                                  std::string& cause) {
  const auto executor = co_await asio::this_coro::executor;
  std::vector<Endpoint> candidates;
  error_code error;
  if (address.path.empty()) {
    error = co_await look_up(address, deadline, candidates);
    if (error) cause = "its name is not found: " + text_of(error);
  } else {
    candidates.emplace_back(asio::local::stream_protocol::endpoint(address.path));
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    // One that does not answer leaves time for those behind it.
    const auto now = Clock::now();
    const auto share = (deadline - now) / static_cast<Clock::rep>(candidates.size() - i);
    const auto attempt = std::make_shared<Attempt>(executor);
    error = co_await connect_by(attempt, candidates[i], now + share);
    if (!error && address.path.empty()) attempt->socket.set_option(tcp::no_delay(true), error);
    if (!error) co_return watched_anew(attempt->socket, candidates[i]);
    cause = text_of(error);
  }
  co_return std::nullopt;
}

}  // namespace clientid
