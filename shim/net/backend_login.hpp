// AUTH that the back end does: the connection on which it succeeds becomes the client's, and goes on as its relay.
//
// Either the module in the back end asks the judge for its verdict while AUTH is under way (auth = backend), and a
// success counts only if it really did (X1). Or the back end knows nothing of devices (password-check = backend): then
// the verdict comes first, and only who is let through by it gets to the back end with a password.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shim/net/admission.hpp"
#include "shim/net/backend_auth.hpp"
#include "shim/net/login.hpp"

namespace clientid {

class BackendLogin : public Login {
 public:
  // `relay` must outlive it. `client` is not authenticated yet; its session is registered with every connection to the
  // back end.
  BackendLogin(std::shared_ptr<const Service> service, Relay& relay, RelayClient client);

  asio::awaitable<AuthResult> step(AuthInput input) override;
  std::unique_ptr<KeyedCount::Place> take_place() override { return admission_->take_place(); }

 private:
  bool verdict_comes_first() const { return service_->login == LoginWay::backend_password; }
  asio::awaitable<AuthResult> begin(AuthInput input);
  asio::awaitable<AuthResult> pass_on(AuthInput input);
  asio::awaitable<AuthResult> judge_first();
  asio::awaitable<AuthResult> succeeded(const BackendAuthReply& reply);
  asio::awaitable<void> conclude_login();
  asio::awaitable<void> drop_connection();
  asio::awaitable<AuthResult> give_up(Outcome outcome, std::string_view cause);
  AuthResult ended(Outcome outcome);
  bool acts_for_itself(std::string_view authorization, std::string_view user) const;
  // X1: was the verdict on the very account that was authenticated? Where the mechanism does not say which, any will
  // do.
  bool proven() const;
  void record(Outcome outcome);

  std::shared_ptr<const Service> service_;
  Relay& relay_;
  RelayClient client_;
  std::shared_ptr<Admission> admission_;  // with a thread of the pool
  std::string mechanism_;
  bool opened_ = false;
  std::optional<Judgement> judgement_;
  std::optional<AuthStatus> concluded_;  // once the password was right
  std::optional<PasswordMark> password_;
  bool named_ = false;                  // the first message of SCRAM has been seen
  std::string user_;                    // as PLAIN names it
  std::optional<std::string> account_;  // canonical, where PLAIN or SCRAM names it
};

}  // namespace clientid
