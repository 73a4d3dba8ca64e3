#include "shim/smtp/backend_reply.hpp"

#include <utility>

namespace clientid {
namespace {

constexpr std::size_t max_lines = 128;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string BackendReply::text() const {
  std::string all;
  for (const auto& line : lines) all += line + "\r\n";
  return all;
}

BackendReplyParser::Status BackendReplyParser::on_line(std::string_view line) {
  const bool shaped = line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && is_digit(line[1]) && is_digit(line[2]) &&
                      (line.size() == 3 || line[3] == ' ' || line[3] == '-');
  if (!shaped || reply_.lines.size() >= max_lines) return Status::malformed;
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (!reply_.lines.empty() && code != reply_.code) return Status::malformed;
  reply_.code = code;
  reply_.lines.emplace_back(line);
  return line.size() > 3 && line[3] == '-' ? Status::more : Status::complete;
}

BackendReply BackendReplyParser::take() {
  return std::exchange(reply_, {});
}

}  // namespace clientid
