#include "tests/unit/temporary_certificate.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>

namespace clientid {
namespace {

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL makes no certificate");
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

void write(const std::string& file, auto put) {
  std::FILE* out = std::fopen(file.c_str(), "w");
  require(out != nullptr && put(out) == 1);
  require(std::fclose(out) == 0);
}

}  // namespace

TemporaryCertificate::TemporaryCertificate(const CertificateWish& wish, const TemporaryCertificate* issuer)
    : key_(wish.key == std::string("EC") ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048)), certificate_(X509_new()) {
  static long serial = 0;
  X509* certificate = certificate_.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.seconds);
  const auto name = "certificate " + std::to_string(serial);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer == nullptr ? certificate : issuer->certificate()));
  X509_set_pubkey(certificate, key_.get());
  if (!wish.names.empty()) add_extension(certificate, NID_subject_alt_name, wish.names);
  add_extension(certificate, NID_basic_constraints, "CA:TRUE");
  require(X509_sign(certificate, issuer == nullptr ? key_.get() : issuer->key(), EVP_sha256()) > 0);
  write(files().certificate, [&](std::FILE* out) { return PEM_write_X509(out, certificate); });
  write(files().key,
        [&](std::FILE* out) { return PEM_write_PrivateKey(out, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

}  // namespace clientid
