// Addresses and networks: what is taken means the same when it is written again.
#include "plugin/policy/network.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

void check(const Address& address) {
  require(Address::parse(address.to_string()) == address, "an address is read as it was written");
  const unsigned width = address.is_v4() ? 32 : 128;
  for (unsigned bits = 0; bits <= width; ++bits) {
    const auto around = Network::around(address, bits);
    require(around.contains(address), "an address is in the network around it");
    require(Network::parse(around.to_string()) == around, "which is read as it was written");
  }
}

}  // namespace

void fuzz(std::string_view input) {
  const auto address = Address::parse(input);
  const auto network = Network::parse(input);
  if (address) {
    check(*address);
    require(network && network->contains(*address) && network->first() == network->last(), "it is a network of one");
  }
  if (!network) return;
  require(Network::parse(network->to_string()) == network, "a network is read as it was written");
  require(network->first() <= network->last(), "it has a first address");
}

}  // namespace clientid
