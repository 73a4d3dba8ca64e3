// AUTH under libsasl in this process. It blocks, so that it runs on the worker pool, and it may hang with what it asks
// (saslauthd, a directory): the client is told after a while, and the thread is left to itself.
#pragma once

#include <memory>
#include <optional>

#include "shim/net/login.hpp"

namespace clientid {

class SaslLogin : public Login {
 public:
  // `pool` and what the authenticator borrows must outlive the process's last AUTH.
  SaslLogin(WorkerPool& pool, std::shared_ptr<Authenticator> authenticator, const std::optional<Identity>& identity,
            PoolUse use);

  boost::asio::awaitable<AuthResult> step(AuthInput input) override;

 private:
  struct Work;

  WorkerPool& pool_;
  std::shared_ptr<Work> work_;
  PoolUse use_;
};

}  // namespace clientid
