#include "shim/net/client_certificate.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <memory>
#include <span>

#include "plugin/identity/hex.hpp"
#include "shim/net/tls_error.hpp"

namespace clientid {
namespace {

// What SSL_get_verify_result() says from then on, also of a session that is taken up again.
int take_any(X509_STORE_CTX* context, void* /*argument*/) {
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

// A certificate that does not count is no reason to turn the client away.
int verify_and_go_on(X509_STORE_CTX* context, void* /*argument*/) {
  if (X509_verify_cert(context) != 1 && X509_STORE_CTX_get_error(context) == X509_V_OK) {
    X509_STORE_CTX_set_error(context, X509_V_ERR_UNSPECIFIED);
  }
  return 1;
}

// A ticket carries the certificate and the result, and each use of it brings a new ticket: without this a certificate
// that was good once would be so for ever. The client goes on with a whole handshake.
SSL_TICKET_RETURN look_at_expiry(SSL* /*ssl*/, SSL_SESSION* session, const unsigned char* /*name*/,
                                 std::size_t /*length*/, SSL_TICKET_STATUS status, void* /*argument*/) {
  if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW) return SSL_TICKET_RETURN_IGNORE_RENEW;
  const X509* certificate = SSL_SESSION_get0_peer(session);
  if (certificate != nullptr && X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
    return SSL_TICKET_RETURN_IGNORE_RENEW;
  }
  return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW;
}

int make_no_change(SSL* /*ssl*/, void* /*argument*/) {
  return 1;
}

struct FreeDer {
  void operator()(unsigned char* der) const { OPENSSL_free(der); }
};

}  // namespace

void ask_for_certificates(SSL_CTX* context, const std::string& ca_file) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (ca_file.empty()) {
    SSL_CTX_set_cert_verify_callback(context, take_any, nullptr);
    return;
  }
  SSL_CTX_set_cert_verify_callback(context, verify_and_go_on, nullptr);
  if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) throw_tls_error("tls-client-ca", ca_file);
  // An authority in the file need not be a root.
  X509_STORE_set_flags(SSL_CTX_get_cert_store(context), X509_V_FLAG_PARTIAL_CHAIN);
  // Clients are told the names of the authorities, to choose a certificate by them.
  auto* names = SSL_load_client_CA_file(ca_file.c_str());
  if (names == nullptr) throw_tls_error("tls-client-ca", ca_file);
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_session_ticket_cb(context, make_no_change, look_at_expiry, nullptr);
}

std::optional<Identity> certificate_identity(const SSL& ssl) {
  X509* certificate = SSL_get0_peer_certificate(&ssl);
  if (certificate == nullptr || SSL_get_verify_result(&ssl) != X509_V_OK) return std::nullopt;
  unsigned char* encoded = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded);
  const std::unique_ptr<unsigned char, FreeDer> der(encoded);
  std::array<std::uint8_t, 32> digest{};
  if (length <= 0 ||
      EVP_Digest(encoded, static_cast<std::size_t>(length), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    return std::nullopt;
  }
  return Identity{std::string(certificate_type), Secret(std::string_view(encode_hex(digest)))};
}

}  // namespace clientid
