#include "shim/net/connection_limits.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>
#include <limits>

namespace clientid {

bool ConnectionLimits::enter() {
  if (now_.fetch_add(1) < most_) return true;
  --now_;
  return false;
}

std::unique_ptr<KeyedCount::Place> ConnectionLimits::enter(const std::string& address) {
  return addresses_.enter(counted_as(address),
                          address.empty() ? std::numeric_limits<unsigned>::max() : most_per_address_);
}

std::string counted_as(const std::string& address) {
  constexpr std::size_t network_octets = 8;
  in6_addr octets{};
  if (::inet_pton(AF_INET6, address.c_str(), &octets) != 1) return address;
  return std::string(reinterpret_cast<const char*>(&octets), network_octets);
}

}  // namespace clientid
