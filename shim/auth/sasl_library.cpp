#include "shim/auth/sasl_library.hpp"

#include <sasl/sasl.h>

#include <array>
#include <mutex>

#include "plugin/config/config_error.hpp"
#include "shim/auth/sasl_callback.hpp"
#include "shim/auth/scram_decoy.hpp"
#include "shim/ops/log.hpp"

namespace clientid {
namespace {

int write_log(void* /*context*/, int level, const char* message) {
  // SASL_LOG_TRACE and beyond may show passwords.
  if (message == nullptr || level == SASL_LOG_NONE || level > SASL_LOG_DEBUG) return SASL_OK;
  log::write(level <= SASL_LOG_ERR ? log::Level::error : log::Level::debug, "libsasl", {{"message", message}});
  return SASL_OK;
}

void* new_mutex() {
  return new std::mutex;
}
int lock_mutex(void* mutex) {
  static_cast<std::mutex*>(mutex)->lock();
  return SASL_OK;
}
int unlock_mutex(void* mutex) {
  static_cast<std::mutex*>(mutex)->unlock();
  return SASL_OK;
}
void free_mutex(void* mutex) {
  delete static_cast<std::mutex*>(mutex);
}

}  // namespace

SaslLibrary::SaslLibrary(const std::string& config) {
  // Without it DIGEST-MD5 corrupts the heap when two threads authenticate.
  sasl_set_mutex(new_mutex, lock_mutex, unlock_mutex, free_mutex);
  // libsasl keeps the pointer.
  static const std::array callbacks{sasl_callback(SASL_CB_LOG, write_log, nullptr), last_sasl_callback()};
  const int result = sasl_server_init(callbacks.data(), config.c_str());
  if (result != SASL_OK) {
    throw ConfigError("sasl-config: libsasl cannot start with " + config + ": " +
                      sasl_errstring(result, nullptr, nullptr));
  }
  if (!ScramDecoy::install()) throw ConfigError("sasl-config: libsasl does not take a plug-in of this program");
}

SaslLibrary::~SaslLibrary() {
  sasl_done();
}

}  // namespace clientid
