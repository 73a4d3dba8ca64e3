// Puts a question to the verdict service over a Unix socket: one connection a question, so that nothing is shared
// between threads, forks and jails. What the text means is request.hpp's.
#pragma once

#include <string_view>

#include "plugin/sasl/question.hpp"

namespace clientid {

// `service` is a list of unix:PATH, up to 16. Of several, the judge that knows the session answers; for a session that
// none of them knows, the first one that connects. Whatever goes wrong within `timeout` milliseconds, the answer is
// unavailable. It is never `unknown`.
Answer ask_service(std::string_view service, const Question& question, int timeout);

}  // namespace clientid
