#include "shim/net/tls_context.hpp"

#include <openssl/err.h>

#include <cstring>
#include <string_view>

#include "plugin/config/config_error.hpp"

namespace clientid {
namespace {

[[noreturn]] void fail(const std::string& key, const std::string& file) {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  throw ConfigError(key + ": cannot use " + file + ": " + (reason == nullptr ? "unknown error" : reason));
}

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

}  // namespace

TlsContext::TlsContext(const TlsSettings& settings) : context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX* context = context_.get();
  if (context == nullptr) fail("tls-certificate", settings.certificate);
  SSL_CTX_set_min_proto_version(context, settings.min_version == "1.3" ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (SSL_CTX_use_certificate_chain_file(context, settings.certificate.c_str()) != 1) {
    fail("tls-certificate", settings.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context, settings.key.c_str(), SSL_FILETYPE_PEM) != 1) fail("tls-key", settings.key);
  if (SSL_CTX_check_private_key(context) != 1) fail("tls-key", settings.key);
}

}  // namespace clientid
