// The two ends of a socket as text.
#pragma once

#include <utility>
//
#include <boost/asio/ip/tcp.hpp>

#include "shim/net/ip_endpoint.hpp"
#include "shim/net/stream.hpp"

namespace clientid {

IpEndpoint endpoint_of(const asio::ip::tcp::endpoint& endpoint);

// Both without an address where the socket is no IP socket.
IpEndpoint local_endpoint_of(Socket& socket);
IpEndpoint remote_endpoint_of(Socket& socket);

}  // namespace clientid
