// AUTH under libsasl in this process. It blocks, so that it runs on the worker pool, and it may hang with what it asks
// (saslauthd, a directory): the client is told after a while, and the thread is left to itself.
#pragma once

#include <memory>
#include <optional>

#include "shim/net/login.hpp"

namespace clientid {

class SaslLogin : public Login {
 public:
  SaslLogin(std::shared_ptr<const Service> service, PeerFacts peer, std::optional<Device> device);

  asio::awaitable<AuthResult> step(AuthInput input) override;
  std::unique_ptr<KeyedCount::Place> take_place() override;

 private:
  struct Work;

  std::shared_ptr<Work> work_;
};

}  // namespace clientid
