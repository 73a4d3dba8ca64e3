// Text that others wrote, as a terminal and the log show it: it ends no line, and cannot pass for anything else.
#include <algorithm>
#include <clocale>
#include <nlohmann/json.hpp>

#include "plugin/config/utf8.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "shim/ops/log.hpp"
#include "shim/ops/log_json.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

void check_terminal(std::string_view input) {
  const auto shown = ctl::printable(input);
  require(!has_control(shown) && valid_utf8(shown), "a terminal is told nothing but what to show");
  require(std::count(shown.begin(), shown.end(), '\\') >= 2 * std::count(input.begin(), input.end(), '\\'),
          "what was escaped can be told from what was not");
  require(ctl::display_width(ctl::shortened(shown, 10)) <= 10, "what is cut fits");
  const auto width = std::max<std::size_t>(ctl::display_width(shown), 1);
  require(ctl::shortened(shown, width) == shown, "what fits is not cut");
}

void check_log(std::string_view input) {
  const auto quoted = log::quote(input);
  require(std::all_of(quoted.begin(), quoted.end(), [](char c) { return c >= ' ' && c <= '~'; }), "a value is ASCII");
  require(!quoted.empty(), "a value is to be seen");
  if (quoted.front() != '"') return require(quoted.find_first_of(" =\"") == std::string::npos, "a word is a word");
  bool escaped = false;
  for (std::size_t i = 1; i < quoted.size(); ++i) {
    const bool last = i + 1 == quoted.size();
    require((quoted[i] == '"' && !escaped) == last, "a value ends with its last quote");
    escaped = quoted[i] == '\\' && !escaped;
  }
}

void check_json(std::string_view input) {
  const auto line = log::json_line(log::Level::info, "auth", {{"peer", "192.0.2.7"}, {"user", std::string(input)}}, {});
  require(!has_control(line), "an event is one line");
  const auto json = nlohmann::json::parse(line, nullptr, false);
  require(json.is_object() && json.size() == 5 && json["peer"] == "192.0.2.7", "it has the fields that it was given");
}

}  // namespace

void fuzz(std::string_view input) {
  static const bool wide = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;  // for the width of characters
  require(wide, "there is a locale with UTF-8");
  check_terminal(input);
  check_log(input);
  check_json(input);
}

}  // namespace clientid
