// How long a certificate is good for.
#pragma once

#include <chrono>
#include <string>

namespace clientid {

struct CertificateEnd {
  std::chrono::seconds left{};      // until its end
  std::chrono::seconds lifetime{};  // from its beginning to its end

  // Of the first one in a PEM file, which can be read. Throws ConfigError.
  static CertificateEnd of(const std::string& file);

  // Nobody renews it, as it seems.
  bool is_near() const;
};

}  // namespace clientid
