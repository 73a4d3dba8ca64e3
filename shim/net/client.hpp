// One client from accept to close: carries out what the conversation asks for, with its socket, its connection to the
// back end, and AUTH.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "shim/auth/authenticator.hpp"
#include "shim/auth/worker_pool.hpp"
#include "shim/net/endpoint.hpp"
#include "shim/net/relay.hpp"
#include "shim/net/shared_offer.hpp"
#include "shim/net/stream.hpp"
#include "shim/smtp/conversation.hpp"

namespace clientid {

struct Timeouts {
  Clock::duration greeting;  // handshakes, and the first command
  Clock::duration command;
  Clock::duration data;  // between two pieces of a message, and for a reply to be taken
};

struct ServiceParts {
  SSL_CTX* tls;
  Judge& judge;
  Recorder& recorder;
  WorkerPool& pool;
  SessionRegistry& registry;
  SharedOffer& offer;
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
  // Each false where the session is over.
  asio::awaitable<bool> carry_out(Next next);
  asio::awaitable<bool> read();
  asio::awaitable<bool> write();
  asio::awaitable<bool> start_tls();
  asio::awaitable<bool> shake_hands();

  asio::awaitable<void> open_backend();
  asio::awaitable<void> write_backend();
  asio::awaitable<void> read_backend();
  void lose_backend(const char* cause);

  asio::awaitable<void> authenticate();
  asio::awaitable<AuthResult> run_auth(const Step& step);
  asio::awaitable<void> delay_failure(Clock::time_point begun);

  asio::awaitable<void> close();
  const RelayClient& relay_client();

  Service& service_;
  Stream stream_;
  IpEndpoint peer_;
  Conversation conversation_;
  Relay relay_;
  std::optional<RelayClient> relay_client_;
  std::unique_ptr<Authenticator> authenticator_;
  std::string login_;
  Secret plain_;
  bool implicit_tls_;
  Clock::time_point command_deadline_;
  std::uint64_t lines_seen_ = 0;
};

}  // namespace clientid
