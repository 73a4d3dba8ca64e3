// The back ends of a configuration, and what all sessions have found of them. One line in the log says that one went
// down, and another that it came back.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shim/net/backend_address.hpp"
#include "shim/net/backend_health.hpp"

namespace clientid {

class Backends {
 public:
  explicit Backends(std::vector<BackendAddress> addresses)
      : addresses_(std::move(addresses)), health_(addresses_.size()) {}

  // By their places in the configuration, in the order in which a session should try them.
  std::vector<std::size_t> order() { return health_.order(); }
  const BackendAddress& address(std::size_t backend) const { return addresses_[backend]; }

  std::size_t size() const { return addresses_.size(); }
  // Those that did not fail the last time.
  std::size_t working() { return health_.working(); }

  void worked(std::size_t backend);
  void failed(std::size_t backend, const std::string& cause);

 private:
  std::vector<BackendAddress> addresses_;
  BackendHealth health_;
};

}  // namespace clientid
