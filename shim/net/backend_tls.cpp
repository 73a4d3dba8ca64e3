#include "shim/net/backend_tls.hpp"

#include <openssl/x509v3.h>

#include <new>

#include "plugin/policy/network.hpp"
#include "shim/net/tls_error.hpp"

namespace clientid {

BackendTls::BackendTls(const std::string& ca) : context_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX* context = context_.get();
  if (context == nullptr) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  const int loaded = ca.empty() ? SSL_CTX_set_default_verify_paths(context)
                                : SSL_CTX_load_verify_locations(context, ca.c_str(), nullptr);
  if (loaded != 1) throw_tls_error("backend-ca", ca);
}

SslSession BackendTls::session_for(const std::string& host) const {
  SslSession ssl(SSL_new(context_.get()));
  if (!ssl) return nullptr;
  SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // Of a number it knows that it must stand among the addresses of the certificate.
  bool ready = SSL_set1_host(ssl.get(), host.c_str()) == 1;
  // RFC 6066 section 3: an address is no server name.
  if (!Address::parse(host)) ready = ready && SSL_set_tlsext_host_name(ssl.get(), host.c_str()) == 1;
  return ready ? std::move(ssl) : nullptr;
}

}  // namespace clientid
