// One client from accept to close: reads its lines, lets the session decide, and carries out what it says.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shim/auth/authenticator.hpp"
#include "shim/auth/worker_pool.hpp"
#include "shim/net/endpoint.hpp"
#include "shim/net/relay.hpp"
#include "shim/net/shared_keywords.hpp"
#include "shim/net/stream.hpp"
#include "shim/smtp/session.hpp"

namespace clientid {

struct Timeouts {
  Clock::duration greeting;  // handshakes, and the first command
  Clock::duration command;
};

struct ServiceParts {
  SSL_CTX* tls;
  Judge& judge;
  Recorder& recorder;
  WorkerPool& pool;
  SessionRegistry& registry;
  SharedKeywords& keywords;
};

// What all clients have in common. Outlives them.
struct Service {
  SessionRules session;
  AuthRules auth;
  RelayRules relay;
  Timeouts timeouts;
  Clock::duration failure_delay;  // a failed AUTH takes at least this, and up to a quarter more
  ServiceParts parts;
};

class Client {
 public:
  Client(Service& service, Socket socket, bool implicit_tls);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() = default;

  asio::awaitable<void> serve();

 private:
  asio::awaitable<bool> read_more();
  asio::awaitable<bool> carry_out(Step& step, std::string_view line);
  asio::awaitable<bool> start_tls(std::string_view reply);
  asio::awaitable<bool> shake_hands();
  asio::awaitable<bool> authenticate(Step& step);
  asio::awaitable<bool> forward_data(std::string_view line);
  asio::awaitable<bool> close(std::string_view reply);
  asio::awaitable<bool> flush();
  asio::awaitable<void> delay_failure(Clock::time_point begun);
  RelayClient& relay_client();
  std::vector<std::string> keywords() const;

  Service& service_;
  Stream stream_;
  IpEndpoint peer_;
  LineReader reader_;
  Session session_;
  Relay relay_;
  std::optional<RelayClient> relay_client_;
  std::unique_ptr<Authenticator> authenticator_;
  std::string login_;
  Secret plain_;
  bool implicit_tls_;
  Clock::time_point command_deadline_;
};

}  // namespace clientid
