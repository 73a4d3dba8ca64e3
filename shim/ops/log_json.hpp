// A line of the log as programs read it: one JSON object, with the keys of the text form behind time, level and event.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "shim/ops/log.hpp"

namespace clientid::log {

// {"time":"2026-12-31T23:59:59.123Z","level":"info","event":"auth","peer":"192.0.2.7",...}: the time is RFC 3339 in
// UTC, every other value a string of up to `max_value` octets. It is ASCII and valid JSON whatever octets it is made
// of; those that are not UTF-8 become U+FFFD. Without a line feed.
std::string json_line(Level level, std::string_view event, Fields fields, std::chrono::system_clock::time_point at);

}  // namespace clientid::log
