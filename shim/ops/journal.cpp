#include "shim/ops/journal.hpp"

#ifdef HAVE_LIBSYSTEMD

#include <sys/uio.h>
#include <systemd/sd-journal.h>

#include <cctype>
#include <vector>

namespace clientid::log {
namespace {

std::string entry(std::string_view key, std::string_view value) {
  std::string text = "CLIENTID_";
  for (const char c : key) text += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text.append("=").append(value.substr(0, max_value));
}

}  // namespace

bool has_journal() {
  return true;
}

void write_journal(int priority, const std::string& line, std::string_view event, Fields fields) {
  std::vector<std::string> entries{"MESSAGE=" + line, "PRIORITY=" + std::to_string(priority),
                                   "SYSLOG_IDENTIFIER=clientid-shim", entry("event", event)};
  for (const auto& [key, value] : fields) entries.push_back(entry(key, value));
  std::vector<iovec> parts;
  parts.reserve(entries.size());
  for (auto& text : entries) parts.push_back({text.data(), text.size()});
  // A log that cannot be written must not stop mail.
  sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

}  // namespace clientid::log

#else

namespace clientid::log {

bool has_journal() {
  return false;
}

void write_journal(int /*priority*/, const std::string& /*line*/, std::string_view /*event*/, Fields /*fields*/) {}

}  // namespace clientid::log

#endif
