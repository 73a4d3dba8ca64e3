// Who a client is, where a load balancer stands in front of us: the header of the PROXY protocol, from peers that may
// send one.
#pragma once

#include <optional>
#include <vector>

#include "plugin/policy/network.hpp"
#include "shim/net/proxy_header.hpp"
#include "shim/net/stream.hpp"
#include "shim/ops/throttle.hpp"

namespace clientid {

// The two ends of a connection from us on: the client, and what it connected to.
struct ClientEnds {
  IpEndpoint peer;
  IpEndpoint local;
};

// Reads the header and not an octet more. Nothing, with the cause in the log, where the peer is not in `trusted` or
// does not send one by the deadline of `stream`, and without a cause where it leaves and has said nothing, as a
// balancer does to see whether we are there; `own` are its ends as the socket has them, and stay where the header
// speaks for nobody.
asio::awaitable<std::optional<ClientEnds>> read_client_ends(Stream& stream, const ClientEnds& own,
                                                            const std::vector<Network>& trusted,
                                                            log::Throttle& throttle);

}  // namespace clientid
