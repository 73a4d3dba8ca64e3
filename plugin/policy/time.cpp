#include "plugin/policy/time.hpp"

#include <array>
#include <charconv>
#include <ctime>

namespace clientid {
namespace {

// Ten thousand years: beyond it a duration is a typing error.
constexpr std::int64_t max_seconds = 10'000LL * 366 * 24 * 3600;

// The last second that RFC 3339 can write: 9999-12-31T23:59:59Z.
constexpr Time last_time{std::chrono::seconds(253'402'300'799)};

// strptime() takes blanks, signs and missing digits: `form` has a 0 wherever a digit must stand.
bool has_form(std::string_view text, std::string_view form) {
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == '0' ? !digit : text[i] != form[i]) return false;
  }
  return true;
}

struct Unit {
  char name;
  std::int64_t seconds;
};

// The largest first.
constexpr std::array units{Unit{'w', 604800}, Unit{'d', 86400}, Unit{'h', 3600}, Unit{'m', 60}, Unit{'s', 1}};

std::int64_t seconds_of_unit(char name) {
  for (const auto& unit : units) {
    if (unit.name == name) return unit.seconds;
  }
  return 0;
}

std::optional<Time> parse_calendar(std::string_view calendar, std::string_view form, const char* format) {
  if (!has_form(calendar, form)) return std::nullopt;
  const std::string text(calendar);
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), format, &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  const std::tm given = parts;
  const auto time = ::timegm(&parts);
  // timegm() makes 2 March of 30 February, and the next minute of a second 60; and before 1970 nothing happened that is
  // kept here. Each is a typing error.
  if (parts.tm_mday != given.tm_mday || parts.tm_mon != given.tm_mon || parts.tm_sec != given.tm_sec || time < 0) {
    return std::nullopt;
  }
  return Time(std::chrono::seconds(time));
}

}  // namespace

Time now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string format_time(Time time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const std::int64_t unit = seconds_of_unit(text.back());
  std::int64_t count = 0;
  const char* last = text.data() + text.size() - 1;
  const auto [end, error] = std::from_chars(text.data(), last, count);
  if (unit == 0 || error != std::errc{} || end != last || count < 0 || count > max_seconds / unit) return std::nullopt;
  return std::chrono::seconds(count * unit);
}

std::string format_duration(std::chrono::seconds duration) {
  for (const auto& unit : units) {
    if (duration.count() != 0 && duration.count() % unit.seconds == 0) {
      return std::to_string(duration.count() / unit.seconds) + unit.name;
    }
  }
  return "0s";
}

std::optional<Time> parse_time(std::string_view text, Time start) {
  if (const auto duration = parse_duration(text)) {
    const auto time = start + *duration;
    return time <= last_time ? std::optional(time) : std::nullopt;
  }
  if (const auto time = parse_calendar(text, "0000-00-00T00:00:00Z", "%Y-%m-%dT%H:%M:%SZ")) return time;
  return parse_calendar(text, "0000-00-00", "%Y-%m-%d");
}

}  // namespace clientid
