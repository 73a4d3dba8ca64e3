#include "shim/ops/log.hpp"

#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <chrono>

#include "shim/ops/journal.hpp"
#include "shim/ops/log_json.hpp"

namespace clientid::log {
namespace {

// Set by open(), while other threads write.
std::atomic<Target> target = Target::standard_error;
std::atomic<Level> threshold = Level::info;
std::atomic<Format> format = Format::text;

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-_.:;/@[]+").find(c) != std::string_view::npos;
}

int priority(Level level) {
  constexpr std::array priorities{LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
  return priorities[static_cast<std::size_t>(level)];
}

std::string text_line(std::string_view event, Fields fields) {
  std::string line(event);
  for (const auto& [key, value] : fields) line.append(" ").append(key).append("=").append(quote(value));
  return line;
}

// A log that cannot be written must not stop mail.
void write_standard_error(Format form, std::string line) {
  if (form == Format::text) line.insert(0, "clientid-shim: ");
  line += '\n';
  // One call a line keeps lines of threads apart.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

void open(Target new_target, Level level, Format new_format) {
  target = new_target;
  threshold = level;
  format = new_format;
  if (target == Target::syslog) ::openlog("clientid-shim", LOG_PID | LOG_NDELAY, LOG_MAIL);
}

std::string quote(std::string_view value) {
  const auto shown = value.substr(0, max_value);
  if (!shown.empty() && std::all_of(shown.begin(), shown.end(), is_plain)) return std::string(shown);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : shown) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (octet < ' ' || octet >= 0x7f) {
      quoted += {'\\', 'x', digits[octet >> 4], digits[octet & 0x0f]};
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

void write(Level level, std::string_view event, Fields fields) {
  if (level > threshold) return;
  const Format form = format;
  auto line = form == Format::json ? json_line(level, event, fields, std::chrono::system_clock::now())
                                   : text_line(event, fields);
  switch (target) {
    case Target::standard_error: return write_standard_error(form, std::move(line));
    case Target::syslog: return ::syslog(priority(level), "%s", line.c_str());
    case Target::journal: return write_journal(priority(level), line, event, fields);
  }
}

}  // namespace clientid::log
