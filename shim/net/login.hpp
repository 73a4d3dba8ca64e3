// One AUTH of one client, from its command to its end. Who does it, is sasl_login.hpp: libsasl here, or
// backend_login.hpp: the back end.
#pragma once

#include <utility>
//
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

#include "shim/auth/authenticator.hpp"
#include "shim/auth/worker_pool.hpp"
#include "shim/smtp/auth_exchange.hpp"

namespace clientid {

// How long an AUTH may keep a thread of the pool, and for whom, for the log.
struct PoolUse {
  std::chrono::steady_clock::duration patience;
  std::string peer;
};

// False where the pool had no room or the task was too slow; that is logged, and is a 454.
boost::asio::awaitable<bool> run_on_pool(WorkerPool& pool, WorkerPool::Task task, const PoolUse& use);

class Login {
 public:
  Login() = default;
  Login(const Login&) = delete;
  Login& operator=(const Login&) = delete;
  virtual ~Login() = default;

  // The client's command first, then its responses, until the status is no challenge.
  virtual boost::asio::awaitable<AuthResult> step(AuthInput input) = 0;
};

}  // namespace clientid
