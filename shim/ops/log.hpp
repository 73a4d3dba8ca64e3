// The log: one line an event, `key=value` pairs behind a word that says what happened. Values that come from outside
// are quoted and escaped, so that none can look like another pair or another line; addresses are put before them by the
// caller. Tokens and passwords are never given to it.
//
//     auth peer=192.0.2.7 outcome=refused reason=unbound account="alice@example.com" type="uuid" ...
//
// For programs there is JSON in its place (log_json.hpp), and the fields of the journal beside it (journal.hpp).
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace clientid::log {

enum class Level : std::uint8_t { error, warning, info, debug };
enum class Target : std::uint8_t { standard_error, syslog, journal };
enum class Format : std::uint8_t { text, json };

using Field = std::pair<std::string_view, std::string>;
using Fields = std::initializer_list<Field>;

// Also while other threads write: a line goes the old way or the new one.
void open(Target target, Level level, Format format = Format::text);

void write(Level level, std::string_view event, Fields fields);

inline void error(std::string_view event, Fields fields = {}) {
  write(Level::error, event, fields);
}
inline void warning(std::string_view event, Fields fields = {}) {
  write(Level::warning, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
  write(Level::info, event, fields);
}
inline void debug(std::string_view event, Fields fields = {}) {
  write(Level::debug, event, fields);
}

// No value is longer.
inline constexpr std::size_t max_value = 512;

// A value as it is written: as it is if it is a plain word, else quoted and escaped, cut at 512 octets.
std::string quote(std::string_view value);

}  // namespace clientid::log
