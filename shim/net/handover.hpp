// Tells a back end who the authenticated client is, before the first command of the client's reaches it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "plugin/identity/secret.hpp"
#include "shim/net/backend.hpp"
#include "shim/net/proxy_login.hpp"
#include "shim/smtp/xclient.hpp"

namespace clientid {

enum class Handover : std::uint8_t {
  xclient,  // ADDR, PORT, HELO, LOGIN: the back end trusts our address
  replay,   // the client's own credentials, by AUTH PLAIN
  proxy,    // our credentials, by AUTH PLAIN, with the client as the authorization identity
  none,     // the back end takes what comes from us
};

struct HandoverRules {
  Handover way = Handover::xclient;
  std::shared_ptr<const ProxyLogin> own;  // for proxy
};

// Why a back end does not take a client.
struct Refusal {
  std::string cause;       // fit for the log; empty: it does
  bool of_client = false;  // it may well take others
};

// What a back end that announces this lacks for the handover of such a client; empty: nothing.
std::string lacking_for(Handover way, const ClientFacts& client, const Keywords& announced);

// From EHLO until the back end is ready for MAIL. `plain` is the client's PLAIN message, for replay; empty where the
// client did not authenticate.
asio::awaitable<Refusal> hand_over(Backend& backend, const HandoverRules& rules, const ClientFacts& client,
                                   const Secret& plain, const std::string& hostname);

}  // namespace clientid
