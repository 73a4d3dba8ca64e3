#include "shim/net/backend_probe.hpp"

namespace clientid {

asio::awaitable<std::optional<Keywords>> probe_backend(const BackendAddress& address, const BackendRules& rules,
                                                       std::string& cause) {
  const ProxyEndpoints nobody;
  const auto backend = co_await Backend::open(address, rules, nobody, cause);
  if (!backend) co_return std::nullopt;
  const auto greeted = co_await backend->ehlo(rules.hostname);
  cause = fault_in("EHLO", greeted);
  if (!cause.empty()) co_return std::nullopt;
  co_await backend->ask("QUIT");
  co_return backend->keywords();
}

}  // namespace clientid
