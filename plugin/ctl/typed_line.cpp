#include "plugin/ctl/typed_line.hpp"

#include "plugin/ctl/arguments.hpp"

namespace clientid::ctl {
namespace {

std::size_t words_in(const Command& command) {
  return command.name.find(' ') == std::string_view::npos ? 1 : 2;
}

bool is_named(const Command& command, const std::vector<std::string_view>& words) {
  const auto count = words_in(command);
  if (words.size() < count) return false;
  if (count == 1) return command.name == words[0];
  return command.name == std::string(words[0]) + " " + std::string(words[1]);
}

}  // namespace

TypedLine::TypedLine(std::span<const Secret> given) {
  if (given.empty()) return;
  current = given.back().view();
  for (const auto& secret : given.first(given.size() - 1)) {
    const auto word = secret.view();
    if (!option.empty()) {
      options.emplace_back(word);
      option.clear();
    } else if (!only_words && word == "--") {
      only_words = true;
    } else if (!only_words && word.starts_with("--")) {
      options.emplace_back(word);
      if (takes_next_word(word)) option = word.substr(2);
    } else {
      words.push_back(word);
    }
  }
  if (!option.empty()) options.pop_back();
  for (const auto& each : commands()) {
    if (is_named(each, words)) command = &each;
  }
  if (command != nullptr)
    arguments.assign(words.begin() + static_cast<std::ptrdiff_t>(words_in(*command)), words.end());
}

}  // namespace clientid::ctl
