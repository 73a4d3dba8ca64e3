// Which of our certificates a client gets: those for the server that it names (SNI, RFC 6066 section 3), and of these
// the first one of each type of key, among which OpenSSL takes what the client understands. Whoever names no server, or
// one that is not ours, is served as if it had named the first name in the first certificate.
#pragma once

#include <openssl/ssl.h>

#include <string>
#include <vector>

#include "shim/net/tls_certificate.hpp"

namespace clientid {

class CertificateChoice {
 public:
  using Set = std::vector<const TlsCertificate*>;

  // The first certificate is the default. Throws ConfigError.
  explicit CertificateChoice(const std::vector<TlsFiles>& files);
  CertificateChoice(const CertificateChoice&) = delete;
  CertificateChoice& operator=(const CertificateChoice&) = delete;
  ~CertificateChoice() = default;

  // Empty where there is none for this name.
  Set for_name(const std::string& name) const;
  // For tests: a handshake shows only the one of them that OpenSSL takes.
  const Set& by_default() const { return default_; }

  // Lets the context use them. No session of it may outlive this. Throws ConfigError.
  void use_in(SSL_CTX* context) const;

 private:
  static int on_server_name(SSL* ssl, int* alert, void* context);

  std::vector<TlsCertificate> all_;
  Set default_;
};

}  // namespace clientid
