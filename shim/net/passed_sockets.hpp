// Listening sockets that were made by who started the program, as systemd does for a socket unit: each belongs to the
// `listen` line of its address.
#pragma once

#include <utility>
//
#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <optional>
#include <vector>

#include "plugin/config/file_descriptor.hpp"

namespace clientid {

class PassedSockets {
 public:
  // Owns them from now on. Throws ConfigError where one is no listening TCP socket, or a second one on its address.
  explicit PassedSockets(const std::vector<int>& descriptors);

  // The one that is bound to exactly this; it is the caller's then.
  std::optional<FileDescriptor> take(const boost::asio::ip::tcp::endpoint& endpoint);

  // Throws ConfigError that names one that nobody took: its clients would wait for ever.
  void require_none_left() const;

 private:
  std::map<boost::asio::ip::tcp::endpoint, FileDescriptor> sockets_;
};

}  // namespace clientid
