// AUTH of one session under libsasl. Its calls block (directories, saslauthd, the store): they belong on the worker
// pool, one at a time.
#pragma once

#include <sasl/sasl.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "plugin/identity/secret.hpp"
#include "shim/auth/attempt_record.hpp"
#include "shim/auth/in_process_judge.hpp"
#include "shim/auth/sasl_connection.hpp"
#include "shim/auth/scram_decoy.hpp"
#include "shim/smtp/session.hpp"

namespace clientid {

struct AuthResult {
  AuthStatus status = AuthStatus::unavailable;
  std::string challenge;  // raw octets
  // With AuthStatus::authenticated:
  std::string login;                   // the authorization identity
  std::optional<OpenSession> session;  // of the device, if it counts
};

class Authenticator {
 public:
  // `rules`, `judge` and what `books` refers to must outlive it. `admit` is asked once the password was right.
  Authenticator(const AuthRules& rules, Judge& judge, AttemptBooks books, PeerFacts peer, Admit admit);
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;
  ~Authenticator();

  AuthResult start(JudgeStore& store, const std::optional<Device>& device, const std::string& mechanism,
                   const std::optional<Secret>& response);
  AuthResult step(JudgeStore& store, const Secret& response);

 private:
  static int get_option(void* context, const char* plugin, const char* option, const char** value, unsigned* length);
  const char* option(std::string_view name) const;

  static int authorise(sasl_conn_t* connection, void* context, const char* requested, unsigned requested_length,
                       const char* authenticated, unsigned authenticated_length, const char* realm,
                       unsigned realm_length, propctx* properties);

  // What libsasl said to `response`.
  AuthResult evaluate(JudgeStore& store, int code, std::string challenge, const Secret* response);
  AuthResult succeeded(JudgeStore& store, int code, std::string challenge);
  AuthResult failed(int code);
  AuthStatus concluded(JudgeStore& store);
  bool ends_at_the_name(int code) const;
  std::string go_on_with_decoy(const Secret& client_first);
  bool proven();
  void record(Outcome outcome);
  // False where it should be a message of PLAIN and is none.
  bool see_password(const Secret& response);

  const AuthRules& rules_;
  AttemptBooks books_;
  PeerFacts peer_;
  Admit admit_;
  InProcessJudge in_process_;
  std::string mechanism_;
  std::array<sasl_callback_t, 4> callbacks_;
  std::optional<SaslConnection> connection_;
  bool challenged_ = false;              // the client was asked for more than its first message
  bool password_right_ = false;          // libsasl said so
  std::optional<AuthStatus> concluded_;  // once it was
  std::optional<PasswordMark> password_;
  std::optional<ScramDecoy> decoy_;
};

}  // namespace clientid
