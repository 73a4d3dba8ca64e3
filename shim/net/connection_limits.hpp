// Caps on connections, in all and for each address, over all listeners and threads.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "shim/net/keyed_count.hpp"

namespace clientid {

class ConnectionLimits {
 public:
  ConnectionLimits(unsigned most, unsigned most_per_address) : most_(most), most_per_address_(most_per_address) {}

  // For a connection that was accepted; leave() when it is over.
  bool enter();
  void leave() { --now_; }
  unsigned now() const { return now_; }
  unsigned most() const { return most_; }

  // For the client, once it is known who it is. Null where that is one too many; never, where it has no address.
  std::unique_ptr<KeyedCount::Place> enter(const std::string& address);

 private:
  std::atomic<unsigned> now_{0};
  unsigned most_;
  unsigned most_per_address_;
  KeyedCount addresses_;
};

// Who counts as one: an IPv4 address, and a /64 of IPv6, which one customer has to himself.
std::string counted_as(const std::string& address);

}  // namespace clientid
