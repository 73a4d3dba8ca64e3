// AUTH that the back end does: the connection on which it succeeds becomes the client's, and goes on as its relay.
//
// Either the module in the back end asks the judge for its verdict while AUTH is under way (auth = backend), and a
// success counts only if it really did (X1). Or the back end knows nothing of devices (password-check = backend): then
// the verdict comes first, and only who is let through by it gets to the back end with a password.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "shim/auth/judge.hpp"
#include "shim/auth/recorder.hpp"
#include "shim/net/login.hpp"
#include "shim/net/relay.hpp"

namespace clientid {

struct BackendLoginParts {
  const AuthRules& rules;
  Judge& judge;
  Recorder& recorder;
  WorkerPool& pool;
};

class BackendLogin : public Login {
 public:
  enum class Verdict : std::uint8_t { first, by_module };

  // `relay` and what is in `parts` must outlive it. `client` is not authenticated yet; its session is registered with
  // every connection to the back end.
  BackendLogin(const BackendLoginParts& parts, Verdict verdict, Relay& relay, RelayClient client, PoolUse use);

  asio::awaitable<AuthResult> step(AuthInput input) override;

 private:
  asio::awaitable<AuthResult> begin(AuthInput input);
  asio::awaitable<AuthResult> pass_on(AuthInput input);
  asio::awaitable<AuthResult> judge_first(const AuthInput& input);
  asio::awaitable<AuthResult> succeeded(const AuthInput& input);
  asio::awaitable<AuthResult> give_up(Outcome outcome, const std::string& cause);
  AuthResult ended(Outcome outcome);

  BackendLoginParts parts_;
  Verdict verdict_;
  Relay& relay_;
  RelayClient client_;
  PoolUse use_;
  std::string mechanism_;
  bool opened_ = false;
  std::optional<Judgement> judgement_;
};

}  // namespace clientid
