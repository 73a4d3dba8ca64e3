#include "shim/net/session_tickets.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <exception>

namespace clientid {
namespace {

const unsigned char* octets_of(const Secret& secret) {
  return reinterpret_cast<const unsigned char*>(secret.view().data());
}

bool set_mac(EVP_MAC_CTX* context, const TicketKey& key) {
  // OpenSSL takes both as not const, and changes neither.
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   OSSL_PARAM_construct_end()};
  return EVP_MAC_init(context, octets_of(key.mac), key.mac.size(), parameters) == 1;
}

// The return values are those of SSL_CTX_set_tlsext_ticket_key_evp_cb(3).
enum TicketResult : int { ticket_error = -1, ticket_none = 0, ticket_good = 1, ticket_good_and_renew = 2 };

int encrypt(TicketKeys& keys, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
  const auto key = keys.current();
  if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1 ||
      EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, octets_of(key->cipher), iv) != 1 || !set_mac(mac, *key)) {
    return ticket_error;
  }
  std::copy(key->name.begin(), key->name.end(), name);
  return ticket_good;
}

int decrypt(TicketKeys& keys, const unsigned char* name, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
            EVP_MAC_CTX* mac, bool single_use) {
  const auto [key, current] =
      keys.find(std::span<const unsigned char, TicketKey::name_size>(name, TicketKey::name_size));
  if (!key) return ticket_none;
  if (EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, octets_of(key->cipher), iv) != 1 || !set_mac(mac, *key)) {
    return ticket_error;
  }
  // RFC 8446 appendix C.4: with TLS 1.3 a ticket is used once, so that nobody can follow a client by it.
  return current && !single_use ? ticket_good : ticket_good_and_renew;
}

int crypt_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                 int encrypting) {
  // The caller is C.
  try {
    auto& keys = *static_cast<TicketKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    if (encrypting == 1) return encrypt(keys, name, iv, cipher, mac);
    return decrypt(keys, name, iv, cipher, mac, SSL_version(ssl) >= TLS1_3_VERSION);
  } catch (const std::exception&) {
    return ticket_error;
  }
}

}  // namespace

void use_ticket_keys(SSL_CTX* context, TicketKeys& keys) {
  SSL_CTX_set_app_data(context, &keys);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, crypt_ticket);
  // OpenSSL sends two of TLS 1.3, and each costs time; a mail program opens one connection after another.
  SSL_CTX_set_num_tickets(context, 1);
  // No longer than the key decrypts for certain.
  SSL_CTX_set_timeout(context, std::chrono::seconds((TicketKeys::kept - 1) * TicketKeys::period).count());
}

}  // namespace clientid
