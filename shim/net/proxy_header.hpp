// The header of the PROXY protocol, versions 1 and 2 (proxy-protocol.txt of HAProxy): the first octets of a connection
// say for whom it was made.
//
//     PROXY TCP4 192.0.2.7 198.51.100.1 49152 587
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shim/net/ip_endpoint.hpp"

namespace clientid {

enum class ProxyVersion : std::uint8_t { v1, v2 };

struct ProxyEndpoints {
  IpEndpoint source;       // of the client
  IpEndpoint destination;  // that it connected to

  friend bool operator==(const ProxyEndpoints&, const ProxyEndpoints&) = default;
};

// Without an address on either side it speaks for nobody (UNKNOWN, LOCAL), as for a connection of our own.
std::string format_proxy_header(ProxyVersion version, const ProxyEndpoints& endpoints);

struct ProxyHeader {
  enum class Status : std::uint8_t { incomplete, complete, malformed };

  Status status = Status::incomplete;
  // Complete: how long it is. Incomplete: so many more octets, at least one, are its own whatever they are, so that
  // they can be read without taking any of what follows it.
  std::size_t octets = 0;
  // None: it speaks for nobody, or for a client that has no IP address.
  std::optional<ProxyEndpoints> endpoints;
};

// All octets so far, from the first one of the connection on; what stands behind the header is not looked at.
ProxyHeader parse_proxy_header(std::string_view octets);

}  // namespace clientid
