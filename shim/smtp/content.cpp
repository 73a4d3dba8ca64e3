#include "shim/smtp/content.hpp"

#include <algorithm>

namespace clientid {

DotScanner::Result Content::scan(std::string_view block) {
  if (auto* scanner = std::get_if<DotScanner>(&end_)) return scanner->scan(block);
  auto& left = std::get<std::uint64_t>(end_);
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left, block.size()));
  left -= length;
  return {left == 0 ? DotScanner::Status::end : DotScanner::Status::more, length};
}

}  // namespace clientid
