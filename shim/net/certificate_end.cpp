#include "shim/net/certificate_end.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "shim/net/tls_error.hpp"

namespace clientid {
namespace {

constexpr auto soon = std::chrono::hours(24 * 14);
constexpr int soon_share = 5;  // of the lifetime, for those that live for days

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};

// Null stands for now.
std::chrono::seconds between(const ASN1_TIME* begin, const ASN1_TIME* end) {
  int days = 0;
  int seconds = 0;
  ASN1_TIME_diff(&days, &seconds, begin, end);
  return std::chrono::hours(24) * days + std::chrono::seconds(seconds);
}

}  // namespace

CertificateEnd CertificateEnd::of(const std::string& file) {
  ERR_clear_error();
  const std::unique_ptr<BIO, Free> input(BIO_new_file(file.c_str(), "r"));
  const std::unique_ptr<X509, Free> certificate(input ? PEM_read_bio_X509_AUX(input.get(), nullptr, nullptr, nullptr)
                                                      : nullptr);
  if (!certificate) throw_tls_error("tls-certificate", file);
  const auto* end = X509_get0_notAfter(certificate.get());
  return {between(nullptr, end), between(X509_get0_notBefore(certificate.get()), end)};
}

bool CertificateEnd::is_near() const {
  return left < soon && soon_share * left < lifetime;
}

}  // namespace clientid
