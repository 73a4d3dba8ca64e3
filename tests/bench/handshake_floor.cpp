// The floor under every server that speaks TLS: what the server's side of a handshake costs in memory, with the OpenSSL
// of this machine, without a socket.
//
//     handshake_floor CERTIFICATE KEY HANDSHAKES [resume]
//
// Prints the CPU seconds of the server's side.
#include <openssl/ssl.h>

#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <string_view>

#include "tests/bench/number.hpp"

namespace {

double cpu_now() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// One handshake, and one octet each way, so that the tickets arrive. `seconds` grows by what the server's side took.
SSL_SESSION* shake_hands(SSL_CTX* server_context, SSL_CTX* client_context, SSL_SESSION* resumed, double& seconds) {
  SSL* server = SSL_new(server_context);
  SSL* client = SSL_new(client_context);
  BIO* server_end = nullptr;
  BIO* client_end = nullptr;
  BIO_new_bio_pair(&server_end, 0, &client_end, 0);
  SSL_set_bio(server, server_end, server_end);
  SSL_set_bio(client, client_end, client_end);
  SSL_set_accept_state(server);
  SSL_set_connect_state(client);
  if (resumed != nullptr) SSL_set_session(client, resumed);
  char octet = 'x';
  for (bool open = true; open;) {
    SSL_do_handshake(client);
    const double before = cpu_now();
    open = SSL_do_handshake(server) != 1;
    if (!open) SSL_write(server, &octet, 1);
    seconds += cpu_now() - before;
  }
  if (SSL_read(client, &octet, 1) != 1) throw std::runtime_error("no octet arrives");
  SSL_SESSION* session = SSL_get1_session(client);
  const double before = cpu_now();
  SSL_shutdown(server);
  SSL_free(server);
  seconds += cpu_now() - before;
  SSL_shutdown(client);
  SSL_free(client);
  return session;
}

double run(const char* certificate, const char* key, unsigned handshakes, bool resume) {
  SSL_CTX* server = SSL_CTX_new(TLS_server_method());
  SSL_CTX* client = SSL_CTX_new(TLS_client_method());
  if (SSL_CTX_use_certificate_chain_file(server, certificate) != 1 ||
      SSL_CTX_use_PrivateKey_file(server, key, SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error("cannot use certificate and key");
  }
  // The suite that the shim chooses.
  SSL_CTX_set_ciphersuites(server, "TLS_AES_128_GCM_SHA256");
  double seconds = 0;
  SSL_SESSION* last = nullptr;
  for (; handshakes > 0; --handshakes) {
    SSL_SESSION* session = shake_hands(server, client, resume ? last : nullptr, seconds);
    SSL_SESSION_free(last);
    last = session;
  }
  return seconds;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: handshake_floor CERTIFICATE KEY HANDSHAKES [resume]\n", stderr);
    return 2;
  }
  try {
    const bool resume = argc > 4 && std::string_view(argv[4]) == "resume";
    std::printf("%.6f\n", run(argv[1], argv[2], clientid::to_number<unsigned>(argv[3]), resume));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "handshake_floor: %s\n", error.what());
    return 1;
  }
}
