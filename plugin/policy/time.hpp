// Points in time as the store, the CLI and the policy use them: whole seconds, UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace clientid {

using Time = std::chrono::sys_seconds;

Time now();

// "2026-12-31T23:59:59Z" (RFC 3339).
std::string format_time(Time time);

// "90d", "2h", "15m", "30s", "4w".
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

// The same in the largest unit that leaves no remainder: "90m" and not "1.5h".
std::string format_duration(std::chrono::seconds duration);

// RFC 3339 in UTC, a date ("2026-12-31", its first second), or a duration from `start`; from 1970 on, and up to 9999.
std::optional<Time> parse_time(std::string_view text, Time start);

}  // namespace clientid
