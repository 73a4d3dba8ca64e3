#include "shim/net/tls_certificate.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "plugin/config/config_error.hpp"
#include "shim/net/tls_error.hpp"

namespace clientid {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

// OpenSSL would ask on the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

// "Jul 27 12:00:00 2026 GMT"
std::string text_of(const ASN1_TIME* time) {
  const std::unique_ptr<BIO, FreeBio> memory(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(memory.get(), time);
  const char* text = nullptr;
  const auto length = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace

TlsCertificate::TlsCertificate(TlsFiles files) : files_(std::move(files)) {
  ERR_clear_error();
  load_certificate();
  load_key();
}

void TlsCertificate::load_certificate() {
  const auto& file = files_.certificate;
  // A context of its own reads leaf and chain as OpenSSL does everywhere, and looks whether they are strong enough.
  const std::unique_ptr<SSL_CTX, FreeContext> reader(SSL_CTX_new(TLS_server_method()));
  if (!reader || SSL_CTX_use_certificate_chain_file(reader.get(), file.c_str()) != 1) {
    throw_tls_error("tls-certificate", file);
  }
  certificate_.reset(SSL_CTX_get0_certificate(reader.get()));
  X509_up_ref(certificate_.get());
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(reader.get(), &chain);
  if (chain != nullptr) chain_.reset(X509_chain_up_ref(chain));
  const auto* end = X509_get0_notAfter(certificate_.get());
  if (X509_cmp_current_time(end) < 0) {
    throw ConfigError("tls-certificate: cannot use " + file + ": it has expired on " + text_of(end) + "; renew it");
  }
}

void TlsCertificate::load_key() {
  const std::unique_ptr<BIO, FreeBio> input(BIO_new_file(files_.key.c_str(), "r"));
  if (!input) throw_tls_error("tls-key", files_.key);
  key_.reset(PEM_read_bio_PrivateKey(input.get(), nullptr, no_passphrase, nullptr));
  if (!key_) {
    // What OpenSSL has to say is about its decoders.
    ERR_clear_error();
    throw ConfigError("tls-key: cannot use " + files_.key +
                      ": it holds no private key in PEM form without a passphrase");
  }
  if (X509_check_private_key(certificate_.get(), key_.get()) == 1) return;
  ERR_clear_error();
  throw ConfigError("tls-key: cannot use " + files_.key + ": it is not the key of " + files_.certificate +
                    "; give certificates and keys in the same order");
}

bool TlsCertificate::is_for(const std::string& name) const {
  return X509_check_host(certificate_.get(), name.data(), name.size(), 0, nullptr) == 1;
}

std::string TlsCertificate::first_name() const {
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate_.get(), NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    return {text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))};
  }
  return {};
}

void TlsCertificate::add_to(SSL_CTX* context) const {
  if (SSL_CTX_use_cert_and_key(context, certificate_.get(), key_.get(), chain_.get(), 1) == 1) return;
  throw_tls_error("tls-certificate", files_.certificate);
}

bool TlsCertificate::add_to(SSL* ssl) const {
  return SSL_use_cert_and_key(ssl, certificate_.get(), key_.get(), chain_.get(), 1) == 1;
}

}  // namespace clientid
