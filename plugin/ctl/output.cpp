#include "plugin/ctl/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

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

void Output::table(const Heading& heading, const std::vector<Row>& rows) const {
  write_out(laid_out(heading, rows, !quiet_, terminal_));
}

void JsonArray::add(const Json& element) {
  output_.text((empty_ ? "[\n  " : ",\n  ") + dumped(element, -1));
  empty_ = false;
}

void JsonArray::end() {
  output_.text(empty_ ? "[]\n" : "\n]\n");
}

}  // namespace clientid::ctl
