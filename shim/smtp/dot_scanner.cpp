#include "shim/smtp/dot_scanner.hpp"

namespace clientid {

DotScanner::Result DotScanner::scan(std::string_view block) {
  std::size_t position = 0;
  std::size_t dots = 0;
  while (position < block.size()) {
    const auto rest = block.substr(position);
    const auto lf = rest.find('\n');
    const auto text = rest.substr(0, lf);
    const auto cr = text.find('\r');
    const auto length = cr == std::string_view::npos ? text.size() : cr;
    if (line_ == Line::empty && text.starts_with('.')) ++dots;
    if (length > 0) line_ = line_ == Line::empty && text.substr(0, length) == "." ? Line::dot : Line::other;
    position += length;
    if (lf == std::string_view::npos) {
      if (cr == std::string_view::npos || cr + 1 == text.size()) return {Status::more, position, dots};
      return {Status::bare_cr_or_lf, position, dots};
    }
    if (cr == std::string_view::npos || cr + 1 != lf) return {Status::bare_cr_or_lf, position, dots};
    position += 2;
    if (line_ == Line::dot) return {Status::end, position, dots};
    line_ = Line::empty;
  }
  return {Status::more, position, dots};
}

}  // namespace clientid
