#include "plugin/ctl/output.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "plugin/ctl/terminal_text.hpp"

namespace clientid::ctl {
namespace {

// Not through a stream: its buffer would keep a token, and its errors come late.
void write_out(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      throw OutputError(std::string("standard output: cannot write: ") + std::strerror(error), error == EPIPE);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// ASCII alone, so that a terminal meets no control character in it either.
std::string dumped(const Json& value, int indent) {
  return value.dump(indent, ' ', true, Json::error_handler_t::replace);
}

std::string cell(const std::string& text) {
  return text.empty() ? "-" : printable(text);
}

}  // namespace

void Output::value(const Json& value) const {
  write_out(dumped(value, 2) + "\n");
}

void Output::json_line(const Json& value) const {
  write_out(dumped(value, -1) + "\n");
}

void Output::value_with_secret(const Json& object, std::string_view name, const Secret& secret) const {
  auto text = dumped(object, 2);
  text.erase(text.rfind('\n'));
  Secret whole(text);
  whole.append(",\n  \"");
  whole.append(name);
  whole.append("\": \"");
  for (const char c : secret.view()) {
    if (c == '"' || c == '\\') whole.append('\\');
    whole.append(c);
  }
  whole.append("\"\n}\n");
  write_out(whole.view());
}

void Output::text(std::string_view text) const {
  write_out(text);
}

void Output::line(std::string_view text) const {
  write_out(std::string(text) + "\n");
}

void Output::secret_line(std::string_view before, const Secret& secret) const {
  Secret whole(before);
  whole.append(secret.view());
  whole.append('\n');
  write_out(whole.view());
}

void Output::table(const Row& heading, const std::vector<Row>& rows) const {
  std::vector<Row> lines;
  if (!quiet_) lines.push_back(heading);
  lines.insert(lines.end(), rows.begin(), rows.end());

  std::vector<std::size_t> widths(heading.size());
  for (auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      line[i] = cell(line[i]);
      widths[i] = std::max(widths[i], display_width(line[i]));
    }
  }
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) text += padded(line[i], widths[i] + 2);
    text += line.back() + "\n";
  }
  write_out(text);
}

}  // namespace clientid::ctl
