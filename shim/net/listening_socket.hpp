// The socket that a listener accepts on: bound by us, or handed to us by who started the program.
#pragma once

#include <utility>
//
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>

#include "shim/net/listen_address.hpp"

namespace clientid {

enum class Place : std::uint8_t { first, beside_others };  // of ours on this address

// Both throw ConfigError that names the address.
boost::asio::ip::tcp::acceptor open_acceptor(boost::asio::io_context& context, const ListenAddress& address,
                                             Place place);
// A duplicate: the same socket can serve many threads, and is closed with the last one.
boost::asio::ip::tcp::acceptor share_acceptor(boost::asio::io_context& context, const ListenAddress& address,
                                              int descriptor);

}  // namespace clientid
