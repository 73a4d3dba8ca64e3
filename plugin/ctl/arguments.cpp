#include "plugin/ctl/arguments.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <cstring>

#include "plugin/config/config_error.hpp"
#include "plugin/config/option_fault.hpp"
#include "plugin/config/site.hpp"

namespace clientid::ctl {

namespace po = boost::program_options;

namespace {

void add(po::options_description& description, std::span<const Option> options) {
  for (const auto& [name, value, help] : options) {
    auto add = description.add_options();
    if (*value == '\0') {
      add(name, help);
    } else {
      add(name, po::value<std::string>()->value_name(value), help);
    }
  }
}

// Options mean the same in every command, so the whole line can be taken apart before the command is known.
po::options_description all_options() {
  po::options_description all;
  all.add(global_options());
  for (const auto& command : commands()) {
    for (const auto& option : command.options) {
      if (all.find_nothrow(option.name, false) == nullptr) add(all, {&option, 1});
    }
  }
  return all;
}

bool takes_next(const po::options_description& options, std::string_view argument) {
  if (argument.find('=') != std::string_view::npos) return false;
  const auto* option = options.find_nothrow(std::string(argument.substr(2)), false);
  return option != nullptr && option->semantic()->max_tokens() > 0;
}

// A word that was meant as a name is shown in an error; one that might be a token is not.
std::string quoted_name(std::string_view word) {
  const bool plain = !word.empty() && word.size() <= 16 &&
                     word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos;
  return plain ? " \"" + std::string(word) + "\"" : "";
}

// It may hold a password, which shall stand in no list of processes.
void wipe_store(char* option, char* value) {
  constexpr std::string_view with_value = "--store=";
  if (std::string_view(option).starts_with(with_value)) value = option + with_value.size();
  if (value != nullptr) OPENSSL_cleanse(value, std::strlen(value));
}

// The words of the line that are no options, each overwritten; the options are left in `options`.
std::vector<Secret> take_words(int argc, char** argv, std::vector<std::string>& options) {
  const auto known = all_options();
  std::vector<Secret> words;
  bool only_words = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!only_words && argument == "--") {
      only_words = true;
    } else if (!only_words && argument.starts_with("--")) {
      char* value = takes_next(known, argument) && i + 1 < argc ? argv[i + 1] : nullptr;
      options.emplace_back(argument);
      if (value != nullptr) options.emplace_back(value);
      if (argument.starts_with("--store")) wipe_store(argv[i], value);
      if (value != nullptr) ++i;
    } else {
      words.emplace_back(argument);
      OPENSSL_cleanse(argv[i], std::strlen(argv[i]));
    }
  }
  return words;
}

// Takes the name off the words.
const Command* take_command(std::vector<Secret>& words) {
  if (words.empty()) return nullptr;
  const auto first = words.front().view();
  bool known = false;
  for (const auto& command : commands()) {
    if (!belongs_to(command, first)) continue;
    known = true;
    const auto space = command.name.find(' ');
    const bool single = space == std::string_view::npos;
    if (!single && (words.size() < 2 || words[1].view() != command.name.substr(space + 1))) continue;
    words.erase(words.begin(), words.begin() + (single ? 1 : 2));
    return &command;
  }
  if (!known) throw ConfigError("there is no command" + quoted_name(first) + "; see clientidctl --help");
  return nullptr;
}

// "show, set or unset"
std::string second_words(std::string_view first) {
  std::vector<std::string_view> seconds;
  for (const auto& command : commands()) {
    if (belongs_to(command, first)) seconds.push_back(command.name.substr(first.size() + 1));
  }
  std::string text;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    text += (i == 0 ? "" : i + 1 < seconds.size() ? ", " : " or ") + std::string(seconds[i]);
  }
  return text;
}

}  // namespace

bool takes_next_word(std::string_view argument) {
  return takes_next(all_options(), argument);
}

po::options_description global_options() {
  po::options_description options("options");
  auto add = options.add_options();
  add("config", po::value<std::string>()->value_name("FILE")->default_value(default_site_file()),
      "the configuration, clientid.conf");
  options.add(site_options());
  add("json", "print JSON");
  add("quiet", "print no headings, and not what was changed");
  add("help", "explain the program, or a command");
  add("version", "print the version");
  return options;
}

std::optional<std::string> Arguments::option(const char* name) const {
  if (!flag(name)) return std::nullopt;
  return options[name].as<std::string>();
}

Arguments parse_arguments(int argc, char** argv) {
  Arguments arguments;
  std::vector<std::string> given;
  arguments.words = take_words(argc, argv, given);
  arguments.command = take_command(arguments.words);

  auto known = global_options();
  if (arguments.command != nullptr) add(known, arguments.command->options);
  namespace style = po::command_line_style;
  try {
    const auto parsed = po::command_line_parser(given)
                            .options(known)
                            .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                            .run();
    require_good_values(parsed);
    po::store(parsed, arguments.options);
  } catch (const po::unknown_option& error) {
    const std::string command = arguments.command == nullptr ? "" : std::string(arguments.command->name) + " ";
    throw ConfigError(command_line_fault(error) + "; see clientidctl " + command + "--help");
  } catch (const po::error& error) {
    throw ConfigError(command_line_fault(error));
  }
  return arguments;
}

void check_count(const Arguments& arguments) {
  if (arguments.command == nullptr && arguments.words.empty()) {
    throw ConfigError("a command is missing; see clientidctl --help");
  }
  if (arguments.command == nullptr) {
    const std::string word(arguments.word(0));
    throw ConfigError(word + " takes " + second_words(word) + "; see clientidctl " + word + " --help");
  }
  const auto& command = *arguments.command;
  const auto count = arguments.words.size();
  if (count >= command.least && count <= command.most) return;
  const std::string name(command.name);
  const std::string takes = command.arguments.empty() ? "nothing more" : std::string(command.arguments);
  throw ConfigError(name + " takes " + takes + "; see clientidctl " + name + " --help");
}

}  // namespace clientid::ctl
