// Certificates for a test, as files.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "shim/net/tls_certificate.hpp"
#include "tests/unit/temporary_store.hpp"

namespace clientid {

struct CertificateWish {
  std::string names = "DNS:mail.example.com";  // as in subjectAltName
  const char* key = "EC";                      // or "RSA"
  long seconds = 3600;                         // until it expires
};

class TemporaryCertificate {
 public:
  // Issued by itself unless there is an issuer.
  explicit TemporaryCertificate(const CertificateWish& wish = {}, const TemporaryCertificate* issuer = nullptr);

  TlsFiles files() const { return {directory_.file("certificate.pem"), directory_.file("key.pem")}; }
  X509* certificate() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }

 private:
  struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  TemporaryDirectory directory_;
  std::unique_ptr<EVP_PKEY, Free> key_;
  std::unique_ptr<X509, Free> certificate_;
};

}  // namespace clientid
