#include "shim/net/monitor_address.hpp"

#include "shim/net/listen_address.hpp"

namespace clientid {

std::optional<MonitorAddress> MonitorAddress::parse(std::string_view text) {
  constexpr std::string_view word = " public";
  const bool is_public = text.ends_with(word);
  if (is_public) text.remove_suffix(word.size());
  const auto endpoint = parse_endpoint(text);
  if (!endpoint || endpoint->port() == 0) return std::nullopt;
  if (!is_public && !endpoint->address().is_loopback()) return std::nullopt;
  return MonitorAddress{*endpoint};
}

}  // namespace clientid
