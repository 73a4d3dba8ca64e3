// The connection of one client to a back end: opened when the first command is for it, handed over in the client's
// name, and opened anew where it was lost. What goes over it, is the conversation's business (smtp/conversation.hpp).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shim/auth/session_registry.hpp"
#include "shim/net/backend.hpp"
#include "shim/net/backends.hpp"
#include "shim/net/handover.hpp"

namespace clientid {

struct RelayRules {
  std::shared_ptr<Backends> backends;
  BackendRules backend;
  HandoverRules handover;
  bool auth_by_backend = false;  // the handover ends with the client's own AUTH
};

// Who the back end is to take the client for.
struct RelayClient {
  ClientFacts facts;
  RegisteredSession session;  // for the module in the back end
  Secret plain;               // the client's PLAIN message, where it must be shown to every connection
  IpEndpoint local;           // that the client connected to
  bool authenticated = false;
};

class Relay {
 public:
  // Both must outlive the relay.
  Relay(const RelayRules& rules, SessionRegistry& registry) : rules_(rules), registry_(registry) {}

  // Tries the back ends in their order. False where none takes us; what is wrong with them is logged.
  asio::awaitable<bool> open(const RelayClient& client);

  asio::awaitable<bool> send(std::string_view octets) { return backend_->send(octets); }
  // Nothing where the connection is lost.
  asio::awaitable<std::optional<BackendReply>> receive() { return backend_->receive(); }

  bool connected() const { return backend_ != nullptr; }
  // Idle for too long: it has closed the connection, or said that it will.
  bool stale() { return backend_->stale(); }
  const Keywords& keywords() const { return backend_->keywords(); }
  Backend& backend() { return *backend_; }

  // In the middle of anything.
  void drop();
  asio::awaitable<void> quit();

 private:
  asio::awaitable<Refusal> open(const BackendAddress& address, const RelayClient& client);

  const RelayRules& rules_;
  SessionRegistry& registry_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<SessionRegistry::Entry> entry_;
};

}  // namespace clientid
