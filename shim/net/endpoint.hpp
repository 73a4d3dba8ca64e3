// The two ends of a socket as text.
#pragma once

#include <cstdint>
#include <string>

#include "shim/net/stream.hpp"

namespace clientid {

struct IpEndpoint {
  std::string address;  // empty: not an IP socket
  std::uint16_t port = 0;

  // As libsasl wants it: "192.0.2.7;49152"; empty if there is no address.
  std::string sasl_form() const { return address.empty() ? "" : address + ";" + std::to_string(port); }
};

IpEndpoint local_endpoint_of(Socket& socket);
IpEndpoint remote_endpoint_of(Socket& socket);

}  // namespace clientid
