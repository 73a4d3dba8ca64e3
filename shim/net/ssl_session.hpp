// Owns the TLS side of one connection.
#pragma once

#include <openssl/ssl.h>

#include <memory>

namespace clientid {

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslSession = std::unique_ptr<SSL, SslFree>;

}  // namespace clientid
