#include "plugin/ctl/help.hpp"

#include <algorithm>

#include "plugin/ctl/arguments.hpp"
#include "plugin/ctl/terminal_text.hpp"

namespace clientid::ctl {
namespace {

std::string synopsis(const Command& command) {
  std::string text(command.name);
  if (!command.arguments.empty()) text += " " + std::string(command.arguments);
  for (const auto& option : command.options) {
    text += std::string(" [--") + option.name + (*option.value == '\0' ? "" : " ") + option.value + "]";
  }
  return text;
}

std::string listed(const std::string& left, std::size_t width, std::string_view right) {
  // What is too long for its column has a line of its own.
  const auto column = left.size() > width ? left + "\n" + std::string(width + 4, ' ') : padded(left, width + 2);
  return "  " + column + std::string(right) + "\n";
}

// "FILE (=/etc/...)"; options that name no value of their own are "arg" to Program_options.
std::string value_name(const boost::program_options::option_description& option) {
  const auto text = option.format_parameter();
  return text.starts_with("arg") ? "VALUE" + text.substr(3) : text;
}

constexpr std::string_view words =
    "ID is the number that list shows; ACCOUNT FINGERPRINT and ACCOUNT TYPE TOKEN|- do as well.\n"
    "A token of - is read from standard input. DURATION is a number of s, m, h, d or w; WHEN is a\n"
    "time such as 2026-12-31T00:00:00Z, a date, or a DURATION from now.\n";

}  // namespace

std::string help() {
  constexpr std::size_t width = 40;
  std::string text = "usage: clientidctl [OPTION ...] COMMAND [ARGUMENT ...]\n\ncommands:\n";
  for (const auto& command : commands()) text += listed(synopsis(command), width, command.help);
  text += "\noptions:\n";
  for (const auto& option : global_options().options()) {
    std::string left = "--" + option->long_name();
    if (option->semantic()->max_tokens() > 0) left += " " + value_name(*option);
    text += listed(left, width, option->description());
  }
  return text + "\n" + std::string(words);
}

std::string help(std::string_view word) {
  constexpr std::size_t width = 22;
  std::string usage;
  std::string options;
  for (const auto& command : commands()) {
    if (!belongs_to(command, word)) continue;
    usage += "usage: clientidctl " + synopsis(command) + "\n  " + std::string(command.help) + "\n";
    for (const auto& option : command.options) {
      options += listed(std::string("--") + option.name + " " + option.value, width, option.help);
    }
  }
  return usage + (options.empty() ? "" : "\noptions:\n" + options) + "\n" + std::string(words);
}

}  // namespace clientid::ctl
