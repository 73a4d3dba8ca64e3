// SCRAM for an account that cannot log in with it: none, or one without a secret. libsasl would end the exchange at the
// name, and so tell who has an account; here it carries the exchange on to where a wrong password fails, as it does
// for any account, with a secret that nobody knows. What it thinks of the client's proof is of no account.
//
// A plug-in of this process, asked for by our own connections alone, gives libsasl that secret. With a plain password
// libsasl does all that it does for a real one: nonce and salt are its own, and so is the time that salting takes.
#pragma once

#include <sasl/sasl.h>

#include <array>
#include <string>

#include "shim/auth/sasl_connection.hpp"
#include "shim/auth/scram_secret.hpp"

namespace clientid {

// What the plug-in answers.
struct DecoySecret {
  const char* property;  // SASL_AUX_PASSWORD, or "*authPassword"
  Secret value;
};

class ScramDecoy {
 public:
  // Once, after libsasl was initialised. False where libsasl does not take the plug-in.
  static bool install();

  // `rules` and `peer` must outlive it.
  ScramDecoy(const AuthRules& rules, const PeerFacts& peer, DecoySecret secret);
  ScramDecoy(const ScramDecoy&) = delete;
  ScramDecoy& operator=(const ScramDecoy&) = delete;
  ~ScramDecoy() = default;

  // The server-first-message. Empty where libsasl does not take the client's.
  std::string start(const std::string& mechanism, const Secret& client_first);
  // Takes the time that it takes.
  void finish(const Secret& client_final);

 private:
  static int get_option(void* context, const char* plugin, const char* option, const char** value, unsigned* length);

  const AuthRules& rules_;
  DecoySecret secret_;
  std::array<sasl_callback_t, 3> callbacks_;
  SaslConnection connection_;
};

}  // namespace clientid
