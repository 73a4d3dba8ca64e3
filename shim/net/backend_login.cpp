#include "shim/net/backend_login.hpp"

#include "shim/auth/attempt_record.hpp"
#include "shim/net/backend_auth.hpp"
#include "shim/ops/log.hpp"
#include "shim/smtp/plain_message.hpp"

namespace clientid {
namespace {

constexpr std::string_view plain = "PLAIN";

// Shared with a thread of the pool, which may come back when we have gone.
struct Work {
  std::optional<Judgement> judgement;
  Outcome outcome = Outcome::unavailable;
};

}  // namespace

BackendLogin::BackendLogin(std::shared_ptr<const Service> service, Relay& relay, RelayClient client)
    : service_(std::move(service)), relay_(relay), client_(std::move(client)) {
  if (!verdict_comes_first()) client_.session.pending = std::make_shared<PendingVerdict>();
}

asio::awaitable<AuthResult> BackendLogin::step(AuthInput input) {
  if (!input.mechanism.empty()) mechanism_ = input.mechanism;
  // The whole message is wanted before anything is said to the back end.
  if (mechanism_ == plain && !input.response) co_return AuthResult{.status = AuthStatus::challenge};
  if (mechanism_ == plain) {
    const auto message = split_plain_message(input.response->view());
    if (!message) co_return ended(Outcome::failed);
    password_ = service_->parts.passwords.mark(message->user, message->password);
  }
  if (!opened_) co_return co_await begin(std::move(input));
  co_return co_await pass_on(std::move(input));
}

asio::awaitable<AuthResult> BackendLogin::begin(AuthInput input) {
  if (verdict_comes_first()) {
    auto refused = co_await judge_first(input);
    if (refused.status != AuthStatus::challenge) co_return refused;
  }
  // Under other mechanisms a refusal during AUTH would come a step before that of a wrong password, and show itself.
  client_.session.refuse_late = service_->auth.refuse_late || mechanism_ != plain;
  if (relay_.connected()) co_await relay_.quit();
  opened_ = co_await relay_.open(client_);
  if (!opened_) co_return ended(Outcome::unavailable);
  if (input.mechanism.empty()) input.mechanism = mechanism_;
  co_return co_await pass_on(std::move(input));
}

// AuthStatus::challenge: the password decides.
asio::awaitable<AuthResult> BackendLogin::judge_first(const AuthInput& input) {
  const std::string user(split_plain_message(input.response->view())->user);
  const auto work = std::make_shared<Work>();
  WorkerPool::Task judge = [work, service = service_, user, session = client_.session](JudgeStore& store) {
    work->judgement =
        judge_given_name(*service->judge, store, {service->auth.service, user, session.device, session.peer, now()});
  };
  const bool ran = co_await run_on_pool(*service_, client_.facts.address, std::move(judge));
  if (!ran) co_return ended(Outcome::unavailable);
  judgement_ = std::move(work->judgement);
  const auto decision = judgement_->verdict.decision;
  if (decision == Decision::unavailable) co_return ended(Outcome::unavailable);
  if (decision == Decision::refuse && !service_->auth.refuse_late) co_return ended(Outcome::refused);
  co_return AuthResult{.status = AuthStatus::challenge};
}

asio::awaitable<AuthResult> BackendLogin::pass_on(AuthInput input) {
  BackendAuthReply reply;
  if (mechanism_ == plain) {
    reply = co_await authenticate_plain(relay_.backend(), *input.response);
  } else {
    reply = co_await pass_auth_on(relay_.backend(), input);
  }
  switch (reply.status) {
    case AuthStatus::challenge: co_return AuthResult{.status = AuthStatus::challenge, .challenge = reply.challenge};
    case AuthStatus::authenticated: co_return co_await succeeded(input);
    case AuthStatus::refused: co_return co_await give_up(Outcome::failed, {});
    case AuthStatus::unavailable:
    case AuthStatus::not_permitted: break;
  }
  co_return co_await give_up(Outcome::unavailable, reply.cause);
}

asio::awaitable<AuthResult> BackendLogin::succeeded(const AuthInput& input) {
  if (!verdict_comes_first()) judgement_ = client_.session.pending->take();
  std::optional<std::string> account;
  if (mechanism_ == plain) account = service_->judge->canonical(split_plain_message(input.response->view())->user);
  const bool proven = judgement_ && (mechanism_ != plain || account == judgement_->attempt.account);
  if (!proven) {
    log::error("auth-unproven", {{"peer", client_.facts.address},
                                 {"mend",
                                  "the back end did not ask for a verdict: is libclientid.so loaded there, clientid in "
                                  "auxprop_plugin, and clientid_service our verdict-socket?"}});
    judgement_.reset();
    co_return co_await give_up(Outcome::unavailable, {});
  }
  const auto work = std::make_shared<Work>(Work{std::move(judgement_), Outcome::unavailable});
  WorkerPool::Task task = [work, service = service_](JudgeStore& store) {
    work->outcome = conclude(*service->judge, store, *work->judgement);
  };
  const bool ran = co_await run_on_pool(*service_, client_.facts.address, std::move(task));
  if (!ran) co_return co_await give_up(Outcome::unavailable, {});
  judgement_ = std::move(work->judgement);
  if (status_of(work->outcome) == AuthStatus::authenticated) co_return ended(work->outcome);
  auto result = co_await give_up(work->outcome, {});
  if (result.status == AuthStatus::refused && service_->auth.refuse_late) result.status = AuthStatus::not_permitted;
  co_return result;
}

// Nothing of this client may reach the connection any more.
asio::awaitable<AuthResult> BackendLogin::give_up(Outcome outcome, std::string_view cause) {
  if (!cause.empty())
    log::warning("auth-unavailable", {{"peer", client_.facts.address}, {"cause", std::string(cause)}});
  if (relay_.connected()) co_await relay_.quit();
  opened_ = false;
  if (!judgement_ && client_.session.pending) judgement_ = client_.session.pending->take();
  if (judgement_ && outcome == Outcome::failed) {
    const auto decision = judgement_->verdict.decision;
    if (decision == Decision::refuse && !service_->auth.refuse_late) outcome = Outcome::refused;
  }
  co_return ended(outcome);
}

AuthResult BackendLogin::ended(Outcome outcome) {
  record_attempt({service_->parts.recorder, service_->parts.passwords},
                 {service_->auth.service, client_.facts.address, mechanism_, password_}, outcome, judgement_);
  AuthResult result{.status = status_of(outcome)};
  if (result.status == AuthStatus::authenticated) result.session = session_of(*judgement_);
  return result;
}

}  // namespace clientid
