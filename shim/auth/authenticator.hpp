// AUTH of one session under libsasl. Its calls block (directories, saslauthd, the store): they belong on the worker
// pool, one at a time.
#pragma once

#include <sasl/sasl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "plugin/identity/secret.hpp"
#include "shim/auth/in_process_judge.hpp"
#include "shim/auth/recorder.hpp"
#include "shim/smtp/session.hpp"

namespace clientid {

struct AuthRules {
  std::string service = "smtp";
  std::string hostname;      // the server's name, for mechanisms that show it
  std::string realm;         // completes names that have none, so that libsasl and the store name an account alike
  std::string mechanisms;    // for libsasl: separated by blanks
  bool refuse_late = false;  // refuse-at = after-auth
};

struct PeerFacts {
  std::string address;         // empty: not an IP connection
  std::string local_endpoint;  // "192.0.2.1;587", or empty
  std::string remote_endpoint;
  int cipher_bits = 0;
};

struct AuthResult {
  AuthStatus status = AuthStatus::unavailable;
  std::string challenge;  // raw octets
  std::string login;      // the authorization identity, with AuthStatus::authenticated
};

class Authenticator {
 public:
  // `rules`, `judge` and `recorder` must outlive it.
  Authenticator(const AuthRules& rules, Judge& judge, Recorder& recorder, PeerFacts peer);
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;
  ~Authenticator();

  AuthResult start(JudgeStore& store, const Identity* identity, const std::string& mechanism,
                   const std::optional<Secret>& response);
  AuthResult step(JudgeStore& store, const Secret& response);

  // X1: was the judge asked by the module during the last start() or step()?
  bool judge_was_asked() { return in_process_.judgement().has_value(); }

 private:
  struct Dispose {
    void operator()(sasl_conn_t* connection) const { sasl_dispose(&connection); }
  };

  static int get_option(void* context, const char* plugin, const char* option, const char** value, unsigned* length);
  const char* option(std::string_view name) const;

  bool connect();
  AuthResult evaluate(JudgeStore& store, int code, const char* challenge, unsigned length);
  AuthResult succeeded(JudgeStore& store);
  AuthResult failed(int code);
  bool proven();
  void record(Outcome outcome);

  const AuthRules& rules_;
  Recorder& recorder_;
  PeerFacts peer_;
  InProcessJudge in_process_;
  std::string mechanism_;
  std::array<sasl_callback_t, 3> callbacks_;
  std::unique_ptr<sasl_conn_t, Dispose> connection_;
};

}  // namespace clientid
