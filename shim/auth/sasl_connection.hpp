// A server connection of libsasl for one AUTH, set up as all of ours are: realm, endpoints, the strength of TLS, and
// the channel binding that the client asks for.
#pragma once

#include <sasl/sasl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugin/identity/secret.hpp"
#include "shim/auth/channel_binding.hpp"

namespace clientid {

struct AuthRules {
  std::string service = "smtp";
  std::string hostname;          // the server's name, for mechanisms that show it
  std::string realm;             // completes names that have none, so that libsasl and the store name an account alike
  std::string mechanisms;        // for libsasl: separated by blanks
  bool refuse_late = false;      // refuse-at = after-auth
  bool channel_binding = false;  // a mechanism with -PLUS is offered
};

struct PeerFacts {
  std::string address;         // empty: not an IP connection
  std::string local_endpoint;  // "192.0.2.1;587", or empty
  std::string remote_endpoint;
  int cipher_bits = 0;
  std::vector<ChannelBinding> bindings = {};  // only where a mechanism with -PLUS is offered
};

// For AuthRules: what libsasl is to offer so that all of `mechanisms` can be. LOGIN is not among it: the session turns
// it into PLAIN, which always is. Names with -PLUS are not either: for libsasl they are the others, with a binding.
std::string sasl_mechanisms(const std::vector<std::string>& mechanisms);

class SaslConnection {
 public:
  // `peer` and `callbacks` must outlive it.
  SaslConnection(const AuthRules& rules, const PeerFacts& peer, const sasl_callback_t* callbacks);
  SaslConnection(const SaslConnection&) = delete;
  SaslConnection& operator=(const SaslConnection&) = delete;
  ~SaslConnection() = default;

  // The code of libsasl, and in `challenge` what it has to say to the client, in raw octets.
  int start(const std::string& mechanism, const std::optional<Secret>& response, std::string& challenge);
  int step(const Secret& response, std::string& challenge);

  // A property of libsasl that is text; empty where it has none yet.
  std::string text(int property) const;

  // The mechanisms that it would offer to a client that chooses the first binding, separated by blanks.
  std::string offered();

  // Did a lookup find a password or a secret of SCRAM, whether or not libsasl could use it?
  bool found_secret() const;

 private:
  struct Dispose {
    void operator()(sasl_conn_t* connection) const { sasl_dispose(&connection); }
  };

  bool prepare(int cipher_bits);
  bool bind(std::string_view client_first);

  const PeerFacts& peer_;
  std::unique_ptr<sasl_conn_t, Dispose> connection_;  // null where it could not be set up
  sasl_channel_binding_t binding_{};                  // libsasl keeps the pointer
  bool begun_ = false;                                // the client has spoken
};

}  // namespace clientid
