#include "shim/smtp/line_reader.hpp"

#include <algorithm>
#include <cstring>

namespace clientid {

std::span<char> LineReader::prepare(std::size_t room) {
  if (taken_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + taken_, filled_ - taken_);
    filled_ -= taken_;
    taken_ = 0;
  }
  if (buffer_.size() < filled_ + room) buffer_.resize(filled_ + room);
  return std::span(buffer_).subspan(filled_);
}

LineStatus LineReader::next(std::string_view& line, std::size_t limit) {
  const auto waiting = pending();
  const auto end = waiting.substr(0, limit).find('\n');
  const auto seen = waiting.substr(0, std::min(end, limit));
  const auto fault = seen.find_first_of(std::string_view("\r\0", 2));
  // A CR is good at the end alone: before the LF, or where the LF may still come.
  if (fault != std::string_view::npos && (seen[fault] == '\0' || fault + 1 != seen.size())) {
    return LineStatus::bad_octet;
  }
  if (end == std::string_view::npos) return waiting.size() >= limit ? LineStatus::too_long : LineStatus::incomplete;
  if (fault == std::string_view::npos) return LineStatus::bad_octet;
  line = seen.substr(0, fault);
  take(end + 1);
  return LineStatus::complete;
}

void LineReader::release_if_empty() {
  if (taken_ != filled_) return;
  buffer_ = decltype(buffer_)();  // = {} would keep the memory
  taken_ = filled_ = 0;
}

}  // namespace clientid
