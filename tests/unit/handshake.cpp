#include "tests/unit/handshake.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace clientid {
namespace {

std::unique_ptr<SSL_CTX, FreeTls> client_context(const ClientWish& wish) {
  std::unique_ptr<SSL_CTX, FreeTls> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), wish.version);
  SSL_CTX_set_max_proto_version(context.get(), wish.version);
  if (!wish.signatures.empty()) REQUIRE(SSL_CTX_set1_sigalgs_list(context.get(), wish.signatures.c_str()) == 1);
  if (wish.certificate != nullptr) {
    REQUIRE(SSL_CTX_use_certificate(context.get(), wish.certificate->certificate()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context.get(), wish.certificate->key()) == 1);
  }
  return context;
}

}  // namespace

Handshake::Handshake(const TlsContext& context, const ClientWish& wish)
    : context_(client_context(wish)), server_(SSL_new(context.get())), client_(SSL_new(context_.get())) {
  SSL_set_msg_callback(client_.get(), on_message);
  SSL_set_msg_callback_arg(client_.get(), this);
  if (!wish.server_name.empty()) SSL_set_tlsext_host_name(client_.get(), wish.server_name.c_str());
  if (!wish.ciphersuites.empty()) SSL_CTX_set_ciphersuites(context_.get(), wish.ciphersuites.c_str());
  if (!wish.protocol.empty()) {
    const auto list = static_cast<char>(wish.protocol.size()) + wish.protocol;
    SSL_set_alpn_protos(client_.get(), reinterpret_cast<const unsigned char*>(list.data()),
                        static_cast<unsigned>(list.size()));
  }
  if (wish.resume != nullptr) SSL_set_session(client_.get(), wish.resume);
  BIO* left = nullptr;
  BIO* right = nullptr;
  REQUIRE(BIO_new_bio_pair(&left, 0, &right, 0) == 1);
  SSL_set_bio(server_.get(), left, left);
  SSL_set_bio(client_.get(), right, right);
  SSL_set_accept_state(server_.get());
  SSL_set_connect_state(client_.get());
  constexpr int most_flights = 10;
  for (int i = 0; i < most_flights && !done_; ++i) {
    const int client = SSL_do_handshake(client_.get());
    const int server = SSL_do_handshake(server_.get());
    done_ = client == 1 && server == 1;
  }
  // Tickets of TLS 1.3 come behind the handshake.
  char nothing = 0;
  if (done_) SSL_read(client_.get(), &nothing, 1);
  ERR_clear_error();
}

// A session that was broken off is of no use to OpenSSL any more.
Handshake::~Handshake() {
  SSL_set_shutdown(client_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

std::string Handshake::shown() const {
  X509* certificate = SSL_get0_peer_certificate(client_.get());
  if (certificate == nullptr) return "none";
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  REQUIRE(names != nullptr);
  const auto* name = sk_GENERAL_NAME_value(names, 0)->d.dNSName;
  std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name)));
  GENERAL_NAMES_free(names);
  return text + " " + EVP_PKEY_get0_type_name(X509_get0_pubkey(certificate));
}

SessionTicket Handshake::ticket() const {
  SessionTicket ticket(SSL_get1_session(client_.get()));
  CHECK(SSL_SESSION_has_ticket(ticket.get()) == 1);
  return ticket;
}

void Handshake::on_message(int sent, int /*version*/, int content, const void* octets, std::size_t length, SSL* /*ssl*/,
                           void* context) {
  if (sent != 0 || content != SSL3_RT_HANDSHAKE || length == 0) return;
  if (*static_cast<const unsigned char*>(octets) == SSL3_MT_NEWSESSION_TICKET) {
    ++static_cast<Handshake*>(context)->tickets_;
  }
}

}  // namespace clientid
