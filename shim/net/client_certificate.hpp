// Certificates of clients: the identity of a device that knows no CLIENTID (X3). A certificate is asked for and never
// required, and a handshake never fails for what it is: it counts as an identity or it does not.
#pragma once

#include <openssl/ssl.h>

#include <optional>
#include <string>

#include "plugin/identity/identity.hpp"

namespace clientid {

// With an empty `ca_file` every certificate counts: the client has proved that it has the key. Otherwise those that one
// of the authorities in this file has issued. Throws ConfigError that names the file.
void ask_for_certificates(SSL_CTX* context, const std::string& ca_file);

// After the handshake. Its token is the SHA-256 of the public key, so that a certificate can be renewed. Nothing where
// there is no certificate that counts.
std::optional<Identity> certificate_identity(const SSL& ssl);

}  // namespace clientid
