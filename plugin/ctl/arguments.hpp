// The command line, taken apart. Any word of it may be a token, so the words go into wiped buffers and are
// overwritten where the system keeps them for `ps` to see; and no error here repeats one.
#pragma once

#include <boost/program_options/variables_map.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/ctl/command.hpp"
#include "plugin/identity/secret.hpp"

namespace boost::program_options {
class options_description;
}  // namespace boost::program_options

namespace clientid::ctl {

struct Arguments {
  const Command* command = nullptr;  // none: not named, or only the first of its two words
  std::vector<Secret> words;         // behind the name of the command, or all there are
  boost::program_options::variables_map options;

  std::string_view word(std::size_t index) const { return words.at(index).view(); }
  bool flag(const char* name) const { return options.count(name) > 0; }
  std::optional<std::string> option(const char* name) const;
};

// Throws ConfigError. The number of words is left to check_count(), since it does not matter beside --help.
Arguments parse_arguments(int argc, char** argv);
void check_count(const Arguments& arguments);

// Is the word behind `argument`, which begins with "--", its value?
bool takes_next_word(std::string_view argument);

// Those of every command.
boost::program_options::options_description global_options();

}  // namespace clientid::ctl
