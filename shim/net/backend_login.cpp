#include "shim/net/backend_login.hpp"

#include "shim/auth/attempt_record.hpp"
#include "shim/auth/scram_secret.hpp"
#include "shim/ops/log.hpp"
#include "shim/smtp/plain_message.hpp"
#include "shim/smtp/scram_message.hpp"

namespace clientid {
namespace {

constexpr std::string_view plain = "PLAIN";

// The last challenge of SCRAM (RFC 5802 section 7) and of DIGEST-MD5 (RFC 2831 section 2.1.3), in which the server
// proves itself, follows a right password alone.
bool says_password_was_right(std::string_view challenge) {
  return challenge.starts_with("v=") || challenge.starts_with("rspauth=");
}

// Shared with a thread of the pool, which may come back when we have gone.
struct Work {
  std::optional<Judgement> judgement;
  Outcome outcome = Outcome::unavailable;
};

}  // namespace

BackendLogin::BackendLogin(std::shared_ptr<const Service> service, Relay& relay, RelayClient client)
    : service_(std::move(service)),
      relay_(relay),
      client_(std::move(client)),
      admission_(std::make_shared<Admission>(service_, client_.facts.address)) {
  if (!verdict_comes_first()) client_.session.pending = std::make_shared<PendingVerdict>();
}

asio::awaitable<AuthResult> BackendLogin::step(AuthInput input) {
  if (!input.mechanism.empty()) mechanism_ = input.mechanism;
  // The whole message is wanted before anything is said to the back end.
  if (mechanism_ == plain && !input.response) co_return AuthResult{.status = AuthStatus::challenge};
  if (mechanism_ == plain) {
    const auto message = split_plain_message(input.response->view());
    if (!message || !acts_for_itself(message->authorization, message->user)) co_return ended(Outcome::failed);
    password_ = service_->parts.passwords.mark(message->user, message->password);
    user_ = message->user;
    account_ = service_->judge->canonical(message->user);
  }
  if (is_scram(mechanism_) && input.response && !named_) {
    const auto message = parse_scram_first(input.response->view());
    if (!message || !acts_for_itself(message->authorization, message->user)) {
      co_return co_await give_up(Outcome::failed, {});
    }
    named_ = true;
    account_ = service_->judge->canonical(message->user);
  }
  if (!opened_) co_return co_await begin(std::move(input));
  co_return co_await pass_on(std::move(input));
}

// Nobody acts for another: the device that counts is that of the authentication identity, and a back end with users who
// may be anybody would let it in everywhere.
bool BackendLogin::acts_for_itself(std::string_view authorization, std::string_view user) const {
  if (authorization.empty() || authorization == user) return true;
  const auto account = service_->judge->canonical(user);
  return account && service_->judge->canonical(authorization) == account;
}

asio::awaitable<AuthResult> BackendLogin::begin(AuthInput input) {
  if (verdict_comes_first()) {
    auto refused = co_await judge_first();
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
asio::awaitable<AuthResult> BackendLogin::judge_first() {
  const auto work = std::make_shared<Work>();
  WorkerPool::Task judge = [work, service = service_, user = user_, session = client_.session](JudgeStore& store,
                                                                                               Caller& /*caller*/) {
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
  const bool going_on = reply.status == AuthStatus::challenge;
  if (going_on && says_password_was_right(reply.challenge)) co_return co_await succeeded(reply);
  switch (reply.status) {
    case AuthStatus::challenge: co_return AuthResult{.status = AuthStatus::challenge, .challenge = reply.challenge};
    case AuthStatus::authenticated: co_return co_await succeeded(reply);
    case AuthStatus::refused: co_return co_await give_up(Outcome::failed, {});
    case AuthStatus::unavailable:
    case AuthStatus::not_permitted: break;
  }
  co_return co_await give_up(Outcome::unavailable, reply.cause);
}

// What is to be refused is refused before the client learns from a last challenge that its password was right.
asio::awaitable<AuthResult> BackendLogin::succeeded(const BackendAuthReply& reply) {
  if (!concluded_) co_await conclude_login();
  const bool admitted = *concluded_ == AuthStatus::authenticated || *concluded_ == AuthStatus::not_permitted;
  if (admitted && reply.status == AuthStatus::challenge) {
    co_return AuthResult{.status = AuthStatus::challenge, .challenge = reply.challenge};
  }
  AuthResult result{.status = *concluded_};
  if (result.status == AuthStatus::authenticated) {
    result.session = session_of(*judgement_);
  } else {
    co_await drop_connection();
  }
  co_return result;
}

asio::awaitable<void> BackendLogin::conclude_login() {
  if (!verdict_comes_first()) judgement_ = client_.session.pending->take();
  auto outcome = Outcome::unavailable;
  if (proven()) {
    const auto work = std::make_shared<Work>(Work{judgement_, Outcome::unavailable});
    WorkerPool::Task task = [work, service = service_, admission = admission_](JudgeStore& store, Caller& caller) {
      const auto admit = [&](const Judgement& judgement) { return admission->admit(caller, judgement); };
      work->outcome = conclude(*service->judge, store, *work->judgement, admit);
    };
    const bool ran = co_await run_on_pool(*service_, client_.facts.address, std::move(task));
    if (ran) {
      judgement_ = std::move(work->judgement);
      outcome = work->outcome;
    }
  } else {
    log::error("auth-unproven", {{"peer", client_.facts.address},
                                 {"mend",
                                  "the back end did not ask for a verdict: is libclientid.so loaded there, clientid in "
                                  "auxprop_plugin, and clientid_service our verdict-socket?"}});
    judgement_.reset();
  }
  record(outcome);
  concluded_ = status_of(outcome);
  if (concluded_ == AuthStatus::refused && service_->auth.refuse_late) concluded_ = AuthStatus::not_permitted;
}

bool BackendLogin::proven() const {
  const bool says_who = mechanism_ == plain || is_scram(mechanism_);
  return judgement_ && (!says_who || account_ == judgement_->attempt.account);
}

// Nothing of this client may reach the connection any more.
asio::awaitable<void> BackendLogin::drop_connection() {
  if (relay_.connected()) co_await relay_.quit();
  opened_ = false;
}

asio::awaitable<AuthResult> BackendLogin::give_up(Outcome outcome, std::string_view cause) {
  if (!cause.empty())
    log::warning("auth-unavailable", {{"peer", client_.facts.address}, {"cause", std::string(cause)}});
  co_await drop_connection();
  if (!judgement_ && client_.session.pending) judgement_ = client_.session.pending->take();
  if (judgement_ && outcome == Outcome::failed) {
    const auto decision = judgement_->verdict.decision;
    if (decision == Decision::refuse && !service_->auth.refuse_late) outcome = Outcome::refused;
  }
  co_return ended(outcome);
}

// Without a session: the back end has not said that the password was right, or what became of that is in the books.
AuthResult BackendLogin::ended(Outcome outcome) {
  if (!concluded_) record(outcome);
  return {.status = status_of(outcome)};
}

void BackendLogin::record(Outcome outcome) {
  record_attempt({service_->parts.recorder, service_->parts.passwords},
                 {service_->auth.service, client_.facts.address, mechanism_, password_}, outcome, judgement_);
}

}  // namespace clientid
