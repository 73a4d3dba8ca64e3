#include "shim/ops/service_manager.hpp"

#ifdef HAVE_LIBSYSTEMD

#include <systemd/sd-daemon.h>

#include <chrono>
#include <string>

namespace clientid {

void notify_ready() {
  sd_notify(0, "READY=1");
}

void notify_reloading() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds)).c_str());
}

void notify_stopping() {
  sd_notify(0, "STOPPING=1");
}

}  // namespace clientid

#else

namespace clientid {

void notify_ready() {}
void notify_reloading() {}
void notify_stopping() {}

}  // namespace clientid

#endif
