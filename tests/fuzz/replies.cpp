#include "tests/fuzz/replies.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

bool has_code(std::string_view line) {
  constexpr std::string_view digits = "0123456789";
  return line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && digits.find(line[1]) != std::string_view::npos &&
         digits.find(line[2]) != std::string_view::npos;
}

}  // namespace

std::size_t count_replies(std::string_view text) {
  std::size_t count = 0;
  std::string_view code;  // of the lines that are to be continued
  while (!text.empty()) {
    const auto end = text.find("\r\n");
    require(end != std::string_view::npos, "a reply ends in CRLF");
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 2);
    require(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
            "a reply has no bare CR or LF");
    require(has_code(line), "a reply begins with its code");
    require(code.empty() || line.starts_with(code), "all lines of a reply have one code");
    require(line.size() == 3 || line[3] == ' ' || line[3] == '-', "behind the code is a blank or a dash");
    const bool more = line.size() > 3 && line[3] == '-';
    code = more ? line.substr(0, 3) : std::string_view();
    if (!more) ++count;
  }
  require(code.empty(), "a reply has its last line");
  return count;
}

}  // namespace clientid
