// The TLS side of the listeners: certificate, key and what is never negotiated.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace clientid {

struct TlsSettings {
  std::string certificate;  // PEM, the chain behind it
  std::string key;          // PEM
  std::string min_version;  // "1.2" or "1.3"
};

class TlsContext {
 public:
  // Throws ConfigError that names the file and what OpenSSL says of it.
  explicit TlsContext(const TlsSettings& settings);

  SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
};

}  // namespace clientid
