// complete: what may stand next in a command line. Shells ask it (completion/), so that what they offer is what --help
// says, and what the store holds.
#include <unistd.h>

#include <algorithm>
#include <boost/program_options/parsers.hpp>

#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/typed_line.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/policy/settings.hpp"
#include "plugin/policy/type_rule.hpp"
#include "plugin/store/suggestions.hpp"

namespace clientid::ctl {
namespace {

namespace po = boost::program_options;

std::vector<Secret> read_words() {
  std::vector<Secret> words(1);
  char octet = 0;
  while (::read(STDIN_FILENO, &octet, 1) > 0) {
    if (octet == '\n') {
      words.emplace_back();
    } else {
      words.back().append(octet);
    }
  }
  // What ends the last word begins no other.
  if (words.size() > 1) words.pop_back();
  return words;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

// "[ACCOUNT]" is typed as "ACCOUNT" is.
std::string_view without_brackets(std::string_view word) {
  if (word.starts_with('[')) word.remove_prefix(1);
  if (word.ends_with(']')) word.remove_suffix(1);
  return word;
}

// What the table of commands says of the argument behind those that are there: "ACCOUNT|@DOMAIN". Empty: nothing.
std::string_view next_argument(const Command& command, const std::vector<std::string_view>& before) {
  for (const auto alternative : split(command.arguments, " | ")) {
    const auto words = split(alternative, " ");
    // "device TYPE TOKEN|- | fingerprint FP": the first word tells which.
    if (alternative.size() != command.arguments.size() && !before.empty() && words.front() != before.front()) continue;
    if (before.size() < words.size() && words[before.size()] != "...") return without_brackets(words[before.size()]);
    if (words.back() == "...") return without_brackets(words[words.size() - 2]);
  }
  return {};
}

class Completion {
 public:
  Completion(const TypedLine& line, Context& context) : line_(line), context_(context) {}

  void offer_all();
  const std::string& text() const { return text_; }

 private:
  // One in a line, with what explains it. A shell may put it into the command line as it is.
  void offer(std::string_view value, std::string_view about);

  void offer_commands();
  void offer_options(std::span<const Option> options);
  void offer_global_options();
  void offer_argument();
  void offer_kind(std::string_view kind);  // "ACCOUNT", "ID", or a word that stands for itself
  void offer_ids();
  void offer_settings(bool with_values);
  std::string_view value_name() const;

  const TypedLine& line_;
  Context& context_;
  std::string text_;
};

void Completion::offer(std::string_view value, std::string_view about) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@.,:_+=%/-";
  if (!value.starts_with(line_.current) || value.find_first_not_of(plain) != std::string_view::npos) return;
  const std::string line = std::string(value) + "\t" + printable(about) + "\n";
  if (text_.find("\n" + line) == std::string::npos && !text_.starts_with(line)) text_ += line;
}

void Completion::offer_commands() {
  for (const auto& command : commands()) {
    const auto words = split(command.name, " ");
    const bool last = line_.words.size() + 1 == words.size();
    if (line_.words.empty()) {
      offer(words.front(), last ? command.help : "");
    } else if (last && words.front() == line_.words.front()) {
      offer(words.back(), command.help);
    }
  }
}

void Completion::offer_options(std::span<const Option> options) {
  for (const auto& option : options) offer(std::string("--") + option.name, option.help);
}

void Completion::offer_global_options() {
  const auto global = global_options();
  for (const auto& option : global.options()) offer("--" + option->long_name(), option->description());
}

std::string_view Completion::value_name() const {
  for (const auto& command : commands()) {
    for (const auto& option : command.options) {
      if (option.name == line_.option) return option.value;
    }
  }
  return {};
}

void Completion::offer_ids() {
  std::optional<BindingState> state;
  const auto verb = line_.command->name;
  if (verb == "approve" || verb == "deny") state = BindingState::pending;
  if (verb == "resume") state = BindingState::suspended;
  for (const auto& binding : Suggestions(context_.store()).bindings(line_.current, state)) {
    const auto number = std::to_string(binding.id);
    const bool named = std::find(line_.arguments.begin(), line_.arguments.end(), number) != line_.arguments.end();
    if (!named)
      offer(number, binding.account + " " + binding.type + (binding.label.empty() ? "" : " ") + binding.label);
  }
}

void Completion::offer_settings(bool with_values) {
  const bool of_type = line_.command->name.starts_with("type ");
  for (const auto name : of_type ? type_setting_names() : setting_names()) {
    offer(std::string(name) + (with_values ? "=" : ""), "");
  }
}

void Completion::offer_kind(std::string_view kind) {
  if (kind == "ACCOUNT") {
    for (const auto& account : Suggestions(context_.store()).accounts(line_.current)) offer(account, "");
  } else if (kind == "TYPE") {
    for (const auto& type : Suggestions(context_.store()).types()) offer(type, "");
  } else if (kind == "ID") {
    offer_ids();
  } else if (kind == "NAME=VALUE" || kind == "NAME") {
    offer_settings(kind == "NAME=VALUE");
  } else if (kind == "KEY") {
    for (const auto& key : context_.key().keys()) offer(key.id, key.created);
  } else if (kind == "STATE") {
    using enum BindingState;
    for (const auto state : {active, pending, suspended, revoked}) offer(name(state), "");
  } else if (kind == "FORMAT") {
    for (const auto* format : {"jsonl", "csv"}) offer(format, "");
  } else if (kind == "-") {
    offer(kind, "read it from standard input");
  } else if (!kind.empty() && kind.front() >= 'a' && kind.front() <= 'z') {
    offer(kind, "");
  }
}

void Completion::offer_argument() {
  if (line_.command == nullptr) return offer_commands();
  // Of alternatives whose first words tell them apart, each of those.
  if (line_.arguments.empty() && line_.command->arguments.find(" | ") != std::string_view::npos) {
    for (const auto each : split(line_.command->arguments, " | ")) offer_kind(split(each, " ").front());
    return;
  }
  const auto kinds = split(next_argument(*line_.command, line_.arguments), "|");
  // Where nothing is offered, a shell offers names of files.
  if (kinds.front() == "FILE") return;
  for (const auto kind : kinds) offer_kind(kind);
}

void Completion::offer_all() {
  if (!line_.option.empty()) {
    offer_kind(value_name());
  } else if (!line_.only_words && line_.current.starts_with('-') && line_.current != "-") {
    if (line_.command != nullptr) offer_options(line_.command->options);
    offer_global_options();
  } else {
    offer_argument();
  }
}

// Those of the line, such as --config, which say where the store is.
po::variables_map options_of(const TypedLine& line) {
  namespace style = po::command_line_style;
  const auto known = global_options();
  po::variables_map options;
  po::store(po::command_line_parser(line.options)
                .options(known)
                .allow_unregistered()
                .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                .run(),
            options);
  return options;
}

}  // namespace

Status complete(Context& context, const Arguments& /*arguments*/) {
  const auto words = read_words();
  const TypedLine line(words);
  std::string text;
  try {
    Context of_line(options_of(line));
    Completion completion(line, of_line);
    completion.offer_all();
    text = completion.text();
  } catch (const std::exception&) {
    // Nobody wants to read an error while typing. The command says it when it runs.
  }
  context.output().text(text);
  return Status::done;
}

}  // namespace clientid::ctl
