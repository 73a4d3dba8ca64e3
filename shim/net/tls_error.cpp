#include "shim/net/tls_error.hpp"

#include <openssl/err.h>
#include <openssl/pemerr.h>

#include <system_error>

#include "plugin/config/config_error.hpp"
#include "plugin/config/file_access.hpp"

namespace clientid {
namespace {

std::string reason_of(unsigned long error) {
  // Of these OpenSSL knows no text.
  if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(ERR_GET_REASON(error));
  if (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE) {
    return "it holds nothing of the kind in PEM form";
  }
  const char* reason = ERR_reason_error_string(error);
  return reason == nullptr ? "unknown error" : reason;
}

}  // namespace

void throw_tls_error(const std::string& key, const std::string& file) {
  const auto reason = reason_of(ERR_peek_error());
  ERR_clear_error();
  throw ConfigError(key + ": cannot use " + file + ": " + reason + access_advice(file, Access::read));
}

}  // namespace clientid
