// One certificate of ours with its chain and its key, as read from two files.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace clientid {

struct TlsFiles {
  std::string certificate;  // PEM, the chain behind it
  std::string key;          // PEM
};

class TlsCertificate {
 public:
  // Throws ConfigError that names key and file: unreadable, expired, or the key is that of another certificate.
  explicit TlsCertificate(TlsFiles files);

  // Is this a certificate for the server of this name? Wildcards count.
  bool is_for(const std::string& name) const;
  // The first DNS name in it; empty where there is none.
  std::string first_name() const;
  const TlsFiles& files() const { return files_; }
  // OpenSSL holds one certificate of each for a connection.
  int key_type() const { return EVP_PKEY_get_base_id(key_.get()); }

  // Throws ConfigError.
  void add_to(SSL_CTX* context) const;
  // False where OpenSSL does not take it.
  bool add_to(SSL* ssl) const;

 private:
  struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  void load_certificate();
  void load_key();

  TlsFiles files_;
  std::unique_ptr<X509, Free> certificate_;
  std::unique_ptr<STACK_OF(X509), Free> chain_;
  std::unique_ptr<EVP_PKEY, Free> key_;
};

}  // namespace clientid
