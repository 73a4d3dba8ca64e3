// TLS towards back ends: whom we believe. A back end must show a certificate for the name by which shim.conf calls it.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "shim/net/ssl_session.hpp"

namespace clientid {

class BackendTls {
 public:
  // `ca` is a PEM file with the authorities; empty: those that the system trusts. Throws ConfigError that names the
  // file and what OpenSSL says of it.
  explicit BackendTls(const std::string& ca);

  // For one connection to this host, a name or an address. Null where memory is short.
  SslSession session_for(const std::string& host) const;

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
};

}  // namespace clientid
