#include "shim/net/tls_binding.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <optional>
#include <string_view>

namespace clientid {
namespace {

template <std::size_t size>
std::string text(const std::array<unsigned char, size>& octets, std::size_t length) {
  return {octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(length)};
}

// RFC 9266 section 2.
std::optional<std::string> exporter(SSL& connection) {
  constexpr std::string_view label = "EXPORTER-Channel-Binding";
  std::array<unsigned char, 32> octets{};
  if (SSL_export_keying_material(&connection, octets.data(), octets.size(), label.data(), label.size(), nullptr, 0,
                                 1) != 1) {
    return std::nullopt;
  }
  return text(octets, octets.size());
}

// RFC 5929 section 3: the first Finished of the handshake, which is the server's where a session was resumed.
std::optional<std::string> first_finished(const SSL& connection) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
  const auto length = SSL_session_reused(&connection) == 1
                          ? SSL_get_finished(&connection, octets.data(), octets.size())
                          : SSL_get_peer_finished(&connection, octets.data(), octets.size());
  if (length == 0 || length > octets.size()) return std::nullopt;
  return text(octets, length);
}

// RFC 5929 section 4.1: the hash of the certificate, by the hash of its signature but for those that are too weak.
// Signatures without one, such as Ed25519, have no such binding.
std::optional<std::string> end_point(const SSL& connection) {
  const X509* certificate = SSL_get_certificate(&connection);
  int hash = NID_undef;
  if (certificate == nullptr ||
      X509_get_signature_info(const_cast<X509*>(certificate), &hash, nullptr, nullptr, nullptr) != 1) {
    return std::nullopt;
  }
  if (hash == NID_md5 || hash == NID_sha1) hash = NID_sha256;
  const EVP_MD* digest = EVP_get_digestbynid(hash);
  std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
  unsigned length = 0;
  if (digest == nullptr || X509_digest(certificate, digest, octets.data(), &length) != 1) return std::nullopt;
  return text(octets, length);
}

}  // namespace

std::vector<ChannelBinding> channel_bindings(SSL& connection) {
  std::vector<ChannelBinding> bindings;
  const auto add = [&](const char* name, std::optional<std::string> data) {
    if (data) bindings.push_back({name, std::move(*data)});
  };
  const bool before_1_3 = SSL_version(&connection) < TLS1_3_VERSION;
  // Without the extended master secret somebody in between can make two connections that share it.
  const bool own_secret = !before_1_3 || SSL_get_extms_support(&connection) == 1;
  if (own_secret) add("tls-exporter", exporter(connection));
  if (own_secret && before_1_3) add("tls-unique", first_finished(connection));
  add("tls-server-end-point", end_point(connection));
  return bindings;
}

}  // namespace clientid
