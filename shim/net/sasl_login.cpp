#include "shim/net/sasl_login.hpp"

namespace clientid {

// Shared with the thread that does it, which may be the last one to let go.
struct SaslLogin::Work {
  std::shared_ptr<Authenticator> authenticator;
  std::optional<Identity> identity;
  bool begun = false;
  AuthInput input;
  AuthResult result;

  void run(JudgeStore& store) {
    result = std::exchange(begun, true)
                 ? authenticator->step(store, *input.response)
                 : authenticator->start(store, identity ? &*identity : nullptr, input.mechanism, input.response);
  }
};

SaslLogin::SaslLogin(WorkerPool& pool, std::shared_ptr<Authenticator> authenticator,
                     const std::optional<Identity>& identity, PoolUse use)
    : pool_(pool), work_(std::make_shared<Work>()), use_(std::move(use)) {
  work_->authenticator = std::move(authenticator);
  if (identity) work_->identity = Identity{identity->type, identity->token.clone()};
}

boost::asio::awaitable<AuthResult> SaslLogin::step(AuthInput input) {
  work_->input = std::move(input);
  const bool ran = co_await run_on_pool(
      pool_, [work = work_](JudgeStore& store) { work->run(store); }, use_);
  if (!ran) co_return AuthResult{};
  co_return std::move(work_->result);
}

}  // namespace clientid
