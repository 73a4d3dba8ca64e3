// One end of an IP connection as text.
#pragma once

#include <cstdint>
#include <string>

namespace clientid {

struct IpEndpoint {
  std::string address;  // "192.0.2.7" or "2001:db8::7"; empty: not an IP connection
  std::uint16_t port = 0;

  // As libsasl wants it: "192.0.2.7;49152"; empty if there is no address.
  std::string sasl_form() const { return address.empty() ? "" : address + ";" + std::to_string(port); }

  friend bool operator==(const IpEndpoint&, const IpEndpoint&) = default;
};

}  // namespace clientid
