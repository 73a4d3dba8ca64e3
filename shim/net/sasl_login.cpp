#include "shim/net/sasl_login.hpp"

#include <utility>

namespace clientid {

// Shared with the thread that does it, which may be the last one to let go.
struct SaslLogin::Work {
  Work(std::shared_ptr<const Service> owner, PeerFacts peer, std::optional<Device> shown)
      : service(std::move(owner)),
        address(peer.address),
        authenticator(service->auth, *service->judge, AttemptBooks{service->parts.recorder, service->parts.passwords},
                      std::move(peer)),
        device(std::move(shown)) {}

  std::shared_ptr<const Service> service;
  std::string address;
  Authenticator authenticator;
  std::optional<Device> device;
  bool begun = false;
  AuthInput input;
  AuthResult result;

  void run(JudgeStore& store) {
    result = std::exchange(begun, true) ? authenticator.step(store, *input.response)
                                        : authenticator.start(store, device, input.mechanism, input.response);
  }
};

SaslLogin::SaslLogin(std::shared_ptr<const Service> service, PeerFacts peer, std::optional<Device> device)
    : work_(std::make_shared<Work>(std::move(service), std::move(peer), std::move(device))) {}

asio::awaitable<AuthResult> SaslLogin::step(AuthInput input) {
  work_->input = std::move(input);
  WorkerPool::Task task = [work = work_](JudgeStore& store) { work->run(store); };
  const bool ran = co_await run_on_pool(*work_->service, work_->address, std::move(task));
  if (!ran) co_return AuthResult{};
  co_return std::move(work_->result);
}

}  // namespace clientid
