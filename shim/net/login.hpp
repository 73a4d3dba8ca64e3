// One AUTH of one client, from its command to its end. Who does it, is sasl_login.hpp: libsasl here, or
// backend_login.hpp: the back end.
#pragma once

#include <memory>
#include <string>

#include "shim/net/service.hpp"
#include "shim/smtp/auth_exchange.hpp"

namespace clientid {

// A step of an AUTH of `peer` that blocks. False where the pool had no room, or the task was too slow or
// threw; that is logged, and is a 454.
asio::awaitable<bool> run_on_pool(const Service& service, const std::string& peer, WorkerPool::Task task);

class Login {
 public:
  Login() = default;
  Login(const Login&) = delete;
  Login& operator=(const Login&) = delete;
  virtual ~Login() = default;

  // The client's command first, then its responses, until the status is no challenge.
  virtual asio::awaitable<AuthResult> step(AuthInput input) = 0;

  // Where it succeeded: what the session takes of what its device may have (Admission). May be null.
  virtual std::unique_ptr<KeyedCount::Place> take_place() = 0;
};

}  // namespace clientid
