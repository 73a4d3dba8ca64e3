#include "shim/net/tls_context.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>
#include <string>
#include <string_view>

#include "shim/net/client_certificate.hpp"
#include "shim/net/kernel_tls.hpp"
#include "shim/net/session_tickets.hpp"

namespace clientid {
namespace {

// Section 3.2 of RFC 7301: where a client names protocols and SMTP is not among them, it takes us for another server
// (ALPACA). Who names none may go on.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                    unsigned int in_length, void* /*context*/) {
  static constexpr unsigned char smtp[] = {4, 's', 'm', 't', 'p'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, smtp, sizeof smtp, in, in_length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// A session is taken up again only under the settings that it began with: with others its certificate could count for
// what it would not count now, or would never have been asked for.
void set_session_context(SSL_CTX* context, bool client_certificates) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!hash || EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
  EVP_DigestUpdate(hash.get(), &client_certificates, sizeof client_certificates);
  const auto* authorities = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context));
  for (int i = 0; i < sk_X509_OBJECT_num(authorities); ++i) {
    const X509* authority = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(authorities, i));
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (authority == nullptr || X509_digest(authority, EVP_sha256(), digest.data(), &length) != 1) continue;
    EVP_DigestUpdate(hash.get(), digest.data(), length);
  }
  std::array<unsigned char, SSL_MAX_SID_CTX_LENGTH> id{};
  static_assert(id.size() == 32);
  EVP_DigestFinal_ex(hash.get(), id.data(), nullptr);
  SSL_CTX_set_session_id_context(context, id.data(), id.size());
}

// The hash of TLS_AES_256_GCM_SHA384, which most clients name first, doubles what a handshake costs beside its
// signature, and nobody breaks 128 bits. What the configuration of OpenSSL leaves out stays out.
void prefer_short_keys(SSL_CTX* context) {
  constexpr std::string_view preferred = "TLS_AES_128_GCM_SHA256";
  std::string first;
  std::string others;
  const auto* ciphers = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const auto* cipher = sk_SSL_CIPHER_value(ciphers, i);
    if (SSL_CIPHER_get_version(cipher) != std::string_view("TLSv1.3")) continue;
    const std::string name = SSL_CIPHER_get_name(cipher);
    (name == preferred ? first : others) += name + ":";
  }
  if (!first.empty()) SSL_CTX_set_ciphersuites(context, (first + others).c_str());
}

}  // namespace

TlsContext::TlsContext(const TlsSettings& settings, std::shared_ptr<TicketKeys> keys)
    : keys_(std::move(keys)), certificates_(settings.certificates), context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX* context = context_.get();
  if (context == nullptr) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context, settings.min_version == "1.3" ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Who names ChaCha20 first has no instructions for AES.
  SSL_CTX_set_options(context, SSL_OP_PRIORITIZE_CHACHA);
  prefer_short_keys(context);
  // Else passwords stay in buffers that OpenSSL has given back.
  SSL_CTX_set_options(context, SSL_OP_CLEANSE_PLAINTEXT);
  if (kernel_has_tls()) {
    SSL_CTX_set_options(context, SSL_OP_ENABLE_KTLS);
  } else {
    // Else each record costs two reads, one of them for its head.
    SSL_CTX_set_read_ahead(context, 1);
  }
  // The chain is what the file holds: looking for one in every handshake would cost time.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  certificates_.use_in(context);
  if (settings.client_certificates) ask_for_certificates(context, settings.client_ca);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  set_session_context(context, settings.client_certificates);
  use_ticket_keys(context, *keys_);
}

}  // namespace clientid
