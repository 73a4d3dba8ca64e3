#include "shim/smtp/keywords.hpp"

#include <algorithm>
#include <cctype>

namespace clientid {

Keywords::Keywords(const BackendReply& ehlo) {
  // The first line is the greeting.
  for (std::size_t i = 1; i < ehlo.lines.size(); ++i) {
    const auto line = std::string_view(ehlo.lines[i]).substr(std::min<std::size_t>(4, ehlo.lines[i].size()));
    const auto space = line.find(' ');
    std::string keyword(line.substr(0, space));
    std::transform(keyword.begin(), keyword.end(), keyword.begin(), [](unsigned char c) { return std::toupper(c); });
    parameters_[keyword] = space == std::string_view::npos ? "" : line.substr(space + 1);
  }
}

std::string_view Keywords::parameters(std::string_view keyword) const {
  const auto found = parameters_.find(std::string(keyword));
  return found == parameters_.end() ? std::string_view() : found->second;
}

}  // namespace clientid
