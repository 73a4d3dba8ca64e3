// A command line that is still being typed, as a shell hands it over to be completed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/ctl/command.hpp"
#include "plugin/identity/secret.hpp"

namespace clientid::ctl {

struct TypedLine {
  // `given`: the words behind the name of the program, the last of them the one to complete. It must outlive this.
  explicit TypedLine(std::span<const Secret> given);

  std::string_view current;                 // the beginning of what to complete
  std::string option;                       // of which it is the value; empty: of none
  std::vector<std::string_view> words;      // before it, without options
  std::vector<std::string> options;         // before it, with their values
  bool only_words = false;                  // "--" has been
  const Command* command = nullptr;         // none: not named yet, or unknown
  std::vector<std::string_view> arguments;  // those of `words` behind the command's name
};

}  // namespace clientid::ctl
