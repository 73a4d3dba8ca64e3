// Finds a back end and connects to it, by a deadline that holds for all of that.
#pragma once

#include <utility>
//
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "shim/net/backend_address.hpp"
#include "shim/net/stream.hpp"

namespace clientid {

// Nothing where that fails; `cause` says why then.
asio::awaitable<std::optional<Socket>> connect_to(const BackendAddress& address, Clock::time_point deadline,
                                                  std::string& cause);

}  // namespace clientid
