// What is wrong with options, said without what was given: that may be a secret, or hold one as the URL of a store
// does, and the messages of Boost.Program_options repeat values, and whole lines.
#pragma once

#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <string>
#include <string_view>

namespace clientid {

// A fault in our own words, such as validate() has for a type of its own. They show a value only if that is no secret.
class OptionFault : public boost::program_options::error {
 public:
  using error::error;
};

// "takes a value"; goes behind the name of the option. An OptionFault speaks for itself.
std::string fault_text(const boost::program_options::error& error);

// Of a command line, with the option: "--json: takes no value", `there is no such option "jsno"`.
std::string command_line_fault(const boost::program_options::error& error);

// Says what Program_options leaves out where a value is bad: of which option it is. Throws ConfigError.
void require_good_values(const boost::program_options::parsed_options& parsed);

// Whether a word that is no name of an option may be shown as one that was meant for it.
bool looks_like_option(std::string_view word);

}  // namespace clientid
