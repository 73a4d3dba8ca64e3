// Lets OpenSSL encrypt and decrypt session tickets with our keys.
#pragma once

#include <openssl/ssl.h>

#include "shim/net/ticket_keys.hpp"

namespace clientid {

// `keys` must outlive every session of the context.
void use_ticket_keys(SSL_CTX* context, TicketKeys& keys);

}  // namespace clientid
