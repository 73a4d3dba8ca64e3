// The table of commands. What --help prints and what is parsed both come from it.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include "plugin/ctl/failure.hpp"

namespace clientid::ctl {

class Context;
struct Arguments;

// A long option of a command.
struct Option {
  const char* name;
  const char* value;  // empty: a switch
  const char* help;
};

struct Command {
  std::string_view name;       // "bind", "licence add"
  std::string_view arguments;  // "ACCOUNT TYPE TOKEN|-"
  std::string_view help;
  std::size_t least;  // words behind the name
  std::size_t most;
  std::span<const Option> options;
  Status (*run)(Context& context, const Arguments& arguments);
};

inline constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

std::span<const Command> commands();

// Is this command called `word`, or is `word` the first of its two?
bool belongs_to(const Command& command, std::string_view word);

}  // namespace clientid::ctl
