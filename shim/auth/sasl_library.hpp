// libsasl in this process: initialised once, with what must be told before the first connection.
#pragma once

#include <string>

namespace clientid {

class SaslLibrary {
 public:
  // `config` is the name of the SASL configuration, found as libsasl finds it. Throws ConfigError.
  explicit SaslLibrary(const std::string& config);
  SaslLibrary(const SaslLibrary&) = delete;
  SaslLibrary& operator=(const SaslLibrary&) = delete;
  ~SaslLibrary();
};

}  // namespace clientid
