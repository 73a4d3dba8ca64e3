// The TLS side of the listeners: certificates, versions, and what is never negotiated. Made from settings and never
// changed after that. New settings need a new one; sessions hold on to theirs, and the ticket keys are shared by both.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "shim/net/certificate_choice.hpp"
#include "shim/net/ticket_keys.hpp"

namespace clientid {

struct TlsSettings {
  std::vector<TlsFiles> certificates;  // at least one; the first is the default
  std::string min_version;             // "1.2" or "1.3"
  bool client_certificates = false;    // ask for them
  std::string client_ca;               // PEM; empty: any certificate counts
};

class TlsContext {
 public:
  // Throws ConfigError that names the key, the file and what OpenSSL says of it.
  TlsContext(const TlsSettings& settings, std::shared_ptr<TicketKeys> keys);

  // Neither it nor what is made from it may outlive this.
  SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::shared_ptr<TicketKeys> keys_;
  CertificateChoice certificates_;
  std::unique_ptr<SSL_CTX, Free> context_;
};

}  // namespace clientid
