// Asks a back end what it announces, without handing anybody over.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shim/net/backend.hpp"

namespace clientid {

// The keywords that we pass on, and nothing where it does not answer; `cause` says why then.
asio::awaitable<std::optional<std::vector<std::string>>> probe_backend(const BackendAddress& address,
                                                                       const std::string& hostname,
                                                                       Clock::duration patience, std::string& cause);

}  // namespace clientid
