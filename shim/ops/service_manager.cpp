#include "shim/ops/service_manager.hpp"

#ifdef HAVE_LIBSYSTEMD

#include <systemd/sd-daemon.h>

#include <chrono>
#include <cstring>
#include <numeric>
#include <string>

#include "plugin/config/config_error.hpp"

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

std::vector<int> passed_descriptors() {
  const int count = sd_listen_fds(1);
  if (count < 0) {
    throw ConfigError("listen: LISTEN_FDS and LISTEN_PID do not tell what systemd passed: " +
                      std::string(std::strerror(-count)) + "; unset them");
  }
  std::vector<int> descriptors(static_cast<std::size_t>(count));
  std::iota(descriptors.begin(), descriptors.end(), SD_LISTEN_FDS_START);
  return descriptors;
}

}  // namespace clientid

#else

namespace clientid {

void notify_ready() {}
void notify_reloading() {}
void notify_stopping() {}

std::vector<int> passed_descriptors() {
  return {};
}

}  // namespace clientid

#endif
