// The header of the PROXY protocol: what is read first says nothing that what is read later takes back, and no octet
// behind the header is touched.
#include "shim/net/proxy_header.hpp"

#include <algorithm>

#include "plugin/policy/network.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

using Status = ProxyHeader::Status;

void check_endpoints(const ProxyEndpoints& endpoints) {
  for (const auto& end : {endpoints.source, endpoints.destination}) {
    const auto address = Address::parse(end.address);
    require(address && address->to_string() == end.address, "an address has one spelling");
  }
  for (const auto version : {ProxyVersion::v1, ProxyVersion::v2}) {
    const auto written = format_proxy_header(version, endpoints);
    const auto again = parse_proxy_header(written);
    require(again.status == Status::complete && again.octets == written.size(), "what we write is a header");
    require(again.endpoints == endpoints, "endpoints are read as they were written");
  }
}

}  // namespace

void fuzz(std::string_view input) {
  const auto whole = parse_proxy_header(input);
  std::size_t least = 1;  // so long it is said to be
  for (std::size_t size = 0; size <= input.size(); ++size) {
    const auto header = parse_proxy_header(input.substr(0, size));
    if (header.status == Status::incomplete) {
      require(header.octets > 0, "more is wanted");
      least = std::max(least, size + header.octets);
      continue;
    }
    require(header.status == whole.status && header.octets == whole.octets && header.endpoints == whole.endpoints,
            "what comes behind changes nothing");
    require(header.status == Status::malformed || header.octets == size, "a header ends with its last octet");
    require(header.status == Status::malformed || size >= least, "no octet is wanted that is not its own");
    break;
  }
  if (whole.endpoints) check_endpoints(*whole.endpoints);
}

}  // namespace clientid
