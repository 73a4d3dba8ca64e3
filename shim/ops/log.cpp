#include "shim/ops/log.hpp"

#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace clientid::log {
namespace {

constexpr std::size_t max_value = 512;

// Set once by open().
Target target = Target::standard_error;
Level threshold = Level::info;

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-_.:;/@[]+").find(c) != std::string_view::npos;
}

int priority(Level level) {
  constexpr std::array priorities{LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
  return priorities[static_cast<std::size_t>(level)];
}

}  // namespace

void open(Target new_target, Level level) {
  target = new_target;
  threshold = level;
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

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (level > threshold) return;
  std::string line(event);
  for (const auto& [key, value] : fields) line.append(" ").append(key).append("=").append(quote(value));
  if (target == Target::syslog) {
    ::syslog(priority(level), "%s", line.c_str());
    return;
  }
  line = "clientid-shim: " + line + "\n";
  // One call a line keeps lines of threads apart; a log that cannot be written must not stop mail.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace clientid::log
