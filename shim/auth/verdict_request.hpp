// The verdict protocol (plugin/sasl/question.hpp) from the side of the judge: request text in, reply text out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plugin/sasl/question.hpp"
#include "shim/auth/session_registry.hpp"

namespace clientid {

struct VerdictRequest {
  std::string account;
  std::string service;
  Endpoints endpoints;
  bool own_sessions = false;  // no verdict on anybody else: he may be the session of another judge
};

// A whole request, its empty line included. Nothing unless it is one of version 1 with an account; names that are not
// known are passed over, a name that stands twice is an error.
std::optional<VerdictRequest> parse_verdict_request(std::string_view text);

std::string format_verdict_reply(const Answer& answer);

}  // namespace clientid
