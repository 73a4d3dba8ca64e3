#include "shim/net/backends.hpp"

#include "shim/ops/log.hpp"
#include "shim/ops/metrics.hpp"

namespace clientid {

void Backends::worked(std::size_t backend) {
  metrics.backend_connections[BackendResult::answered].add();
  if (health_.worked(backend)) log::info("backend-up", {{"backend", address(backend).to_string()}});
}

void Backends::failed(std::size_t backend, const std::string& cause) {
  metrics.backend_connections[BackendResult::failed].add();
  const auto level = health_.failed(backend) ? log::Level::error : log::Level::debug;
  log::write(level, "backend-down", {{"backend", address(backend).to_string()}, {"cause", cause}});
}

}  // namespace clientid
