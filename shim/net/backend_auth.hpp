// AUTH at a back end (RFC 4954): a client's credentials or responses are passed on, and its answer is read.
#pragma once

#include <string>

#include "plugin/identity/secret.hpp"
#include "shim/net/backend.hpp"
#include "shim/smtp/auth_exchange.hpp"
#include "shim/smtp/session.hpp"

namespace clientid {

struct BackendAuthReply {
  AuthStatus status = AuthStatus::unavailable;
  std::string challenge;  // raw octets, with AuthStatus::challenge
  std::string cause;      // of AuthStatus::unavailable, and of a refusal: what the back end said
};

// In upper case.
bool offers_mechanism(const Keywords& announced, std::string_view name);

// A whole AUTH with a PLAIN message (RFC 4616). A back end that has LOGIN alone gets LOGIN.
asio::awaitable<BackendAuthReply> authenticate_plain(Backend& backend, const Secret& message);

// The command, or a later response, of any other mechanism.
asio::awaitable<BackendAuthReply> pass_auth_on(Backend& backend, const AuthInput& input);

}  // namespace clientid
