// The channel bindings of a TLS connection, from the server's side.
#pragma once

#include <openssl/ssl.h>

#include <vector>

#include "shim/auth/channel_binding.hpp"

namespace clientid {

// After the handshake. Those that a client may choose from, the best first; those of the connection itself only where
// nobody in between can make another with the same secret (RFC 7627 section 4).
std::vector<ChannelBinding> channel_bindings(SSL& connection);

}  // namespace clientid
