// Asks a back end what it announces, without handing anybody over.
#pragma once

#include <optional>
#include <string>

#include "shim/net/backend.hpp"

namespace clientid {

// Its keywords, and nothing where it does not answer; `cause` says why then.
asio::awaitable<std::optional<Keywords>> probe_backend(const BackendAddress& address, const BackendRules& rules,
                                                       std::string& cause);

}  // namespace clientid
