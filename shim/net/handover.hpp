// Tells a back end who the authenticated client is, before the first command of the client's reaches it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "plugin/identity/secret.hpp"
#include "shim/net/backend.hpp"
#include "shim/smtp/xclient.hpp"

namespace clientid {

enum class Handover : std::uint8_t {
  xclient,  // ADDR, PORT, HELO, LOGIN: the back end trusts our address
  replay,   // the client's own credentials, by AUTH PLAIN
  none,     // the back end takes what comes from us
};

// Why a back end does not take a client.
struct Refusal {
  std::string cause;       // fit for the log; empty: it does
  bool of_client = false;  // it may well take others
};

// From EHLO until the back end is ready for MAIL. `plain` is the client's PLAIN message, for replay; empty where the
// client did not authenticate.
asio::awaitable<Refusal> hand_over(Backend& backend, Handover handover, const ClientFacts& client, const Secret& plain,
                                   const std::string& hostname);

}  // namespace clientid
