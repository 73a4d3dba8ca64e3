#include "plugin/ctl/help.hpp"

#include <algorithm>
#include <boost/program_options/options_description.hpp>

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

// What the words in capitals stand for, where `text` has them.
std::string words_of(const std::string& text) {
  const auto has = [&](std::string_view word) { return text.find(word) != std::string::npos; };
  std::string meaning;
  if (has(" ID")) {
    meaning += "ID is the number that list shows; ACCOUNT FINGERPRINT and ACCOUNT TYPE TOKEN|- do as well.\n";
  }
  if (has(" ID") || has(" TOKEN")) meaning += "A token of - is read from standard input.\n";
  if (has(" WHEN")) meaning += "WHEN is a time such as 2026-12-31T00:00:00Z, a date, or a DURATION from now.\n";
  if (has(" WHEN") || has(" DURATION")) meaning += "DURATION is a number of s, m, h, d or w, such as 90d.\n";
  return meaning.empty() ? "" : "\n" + meaning;
}

}  // namespace

std::string help() {
  constexpr std::size_t width = 40;
  std::string text = "usage: clientidctl [OPTION ...] COMMAND [ARGUMENT ...]\n\ncommands:\n";
  for (const auto& command : commands()) text += listed(synopsis(command), width, command.help);
  text += "\noptions:\n";
  const auto options = global_options();
  for (const auto& option : options.options()) {
    std::string left = "--" + option->long_name();
    if (option->semantic()->max_tokens() > 0) left += " " + value_name(*option);
    text += listed(left, width, option->description());
  }
  return text + words_of(text);
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
  return usage + (options.empty() ? "" : "\noptions:\n" + options) + words_of(usage);
}

}  // namespace clientid::ctl
