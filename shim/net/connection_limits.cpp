#include "shim/net/connection_limits.hpp"

#include <limits>

#include "plugin/policy/network.hpp"

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
  constexpr unsigned customer = 64;
  const auto parsed = Address::parse(address);
  if (!parsed || parsed->is_v4()) return address;
  return Network::around(*parsed, customer).to_string();
}

}  // namespace clientid
