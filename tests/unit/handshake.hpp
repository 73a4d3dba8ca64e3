// A TLS handshake of a client with our context, in memory.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "shim/net/tls_context.hpp"
#include "tests/unit/temporary_certificate.hpp"

namespace clientid {

struct FreeTls {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};

using SessionTicket = std::unique_ptr<SSL_SESSION, FreeTls>;

struct ClientWish {
  int version = TLS1_3_VERSION;
  std::string server_name = "";
  std::string signatures = "";                        // for example "ECDSA+SHA256"
  std::string protocol = "";                          // of ALPN
  std::string ciphersuites = "";                      // of TLS 1.3, the most wanted first
  const TemporaryCertificate* certificate = nullptr;  // of the client
  SSL_SESSION* resume = nullptr;
};

class Handshake {
 public:
  // Both have talked to the end when it is there.
  Handshake(const TlsContext& context, const ClientWish& wish);
  Handshake(const Handshake&) = delete;
  Handshake& operator=(const Handshake&) = delete;
  ~Handshake();

  bool done() const { return done_; }
  bool resumed() const { return SSL_session_reused(server_.get()) == 1; }
  const SSL& server() const { return *server_; }
  const SSL& client() const { return *client_; }
  // The first DNS name, and the type of key, of what the server has shown: "mail.example.com EC".
  std::string shown() const;
  // What the client can resume with.
  SessionTicket ticket() const;
  // So many has the server sent.
  int tickets() const { return tickets_; }

 private:
  static void on_message(int sent, int version, int content, const void* octets, std::size_t length, SSL* ssl,
                         void* context);

  std::unique_ptr<SSL_CTX, FreeTls> context_;
  std::unique_ptr<SSL, FreeTls> server_;
  std::unique_ptr<SSL, FreeTls> client_;
  bool done_ = false;
  int tickets_ = 0;
};

}  // namespace clientid
