#include "shim/net/certificate_choice.hpp"

#include <algorithm>
#include <exception>

namespace clientid {
namespace {

void add(CertificateChoice::Set& set, const TlsCertificate& certificate) {
  const auto same_type = [&](const auto* other) { return other->key_type() == certificate.key_type(); };
  if (std::none_of(set.begin(), set.end(), same_type)) set.push_back(&certificate);
}

}  // namespace

CertificateChoice::CertificateChoice(const std::vector<TlsFiles>& files) : all_(files.begin(), files.end()) {
  const auto& first = all_.front();
  default_ = {&first};
  for (const auto* other : for_name(first.first_name())) add(default_, *other);
}

CertificateChoice::Set CertificateChoice::for_name(const std::string& name) const {
  Set set;
  if (name.empty()) return set;
  for (const auto& certificate : all_) {
    if (certificate.is_for(name)) add(set, certificate);
  }
  return set;
}

void CertificateChoice::use_in(SSL_CTX* context) const {
  for (const auto* certificate : default_) certificate->add_to(context);
  if (all_.size() == 1) return;
  SSL_CTX_set_tlsext_servername_callback(context, on_server_name);
  SSL_CTX_set_tlsext_servername_arg(context, const_cast<CertificateChoice*>(this));
}

int CertificateChoice::on_server_name(SSL* ssl, int* /*alert*/, void* context) {
  // A session that is taken up again needs no certificate.
  if (SSL_session_reused(ssl) == 1) return SSL_TLSEXT_ERR_OK;
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  // The caller is C.
  try {
    const auto& choice = *static_cast<const CertificateChoice*>(context);
    const auto set = choice.for_name(name);
    if (set.empty()) return SSL_TLSEXT_ERR_NOACK;
    if (set == choice.default_) return SSL_TLSEXT_ERR_OK;
    SSL_certs_clear(ssl);
    const bool usable = std::all_of(set.begin(), set.end(), [&](const auto* each) { return each->add_to(ssl); });
    return usable ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
  } catch (const std::exception&) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
}

}  // namespace clientid
