#include "shim/net/sasl_login.hpp"

#include <utility>

#include "shim/net/admission.hpp"

namespace clientid {

// Shared with the thread that does it, which may be the last one to let go.
struct SaslLogin::Work {
  Work(std::shared_ptr<const Service> owner, PeerFacts peer, std::optional<Device> shown)
      : service(std::move(owner)),
        address(peer.address),
        admission(service, address),
        authenticator(service->auth, *service->judge, AttemptBooks{service->parts.recorder, service->parts.passwords},
                      std::move(peer),
                      [this](const Judgement& judgement) { return admission.admit(*caller, judgement); }),
        device(std::move(shown)) {}

  std::shared_ptr<const Service> service;
  std::string address;
  Admission admission;
  Caller* caller = nullptr;  // while it runs
  Authenticator authenticator;
  std::optional<Device> device;
  bool begun = false;
  AuthInput input;
  AuthResult result;

  void run(JudgeStore& store, Caller& waiting) {
    caller = &waiting;
    result = std::exchange(begun, true) ? authenticator.step(store, *input.response)
                                        : authenticator.start(store, device, input.mechanism, input.response);
  }
};

SaslLogin::SaslLogin(std::shared_ptr<const Service> service, PeerFacts peer, std::optional<Device> device)
    : work_(std::make_shared<Work>(std::move(service), std::move(peer), std::move(device))) {}

asio::awaitable<AuthResult> SaslLogin::step(AuthInput input) {
  work_->input = std::move(input);
  WorkerPool::Task task = [work = work_](JudgeStore& store, Caller& caller) { work->run(store, caller); };
  const bool ran = co_await run_on_pool(*work_->service, work_->address, std::move(task));
  if (!ran) co_return AuthResult{};
  co_return std::move(work_->result);
}

std::unique_ptr<KeyedCount::Place> SaslLogin::take_place() {
  return work_->admission.take_place();
}

}  // namespace clientid
