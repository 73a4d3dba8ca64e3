// A file of `key = value` lines, read with Boost.Program_options. The same keys are long options of the program, and
// the option wins: parse the command line first, then the file, into the same map.
#pragma once

#include <string>

namespace boost::program_options {
class options_description;
class variables_map;
}  // namespace boost::program_options

namespace clientid {

// Adds what the file says and the map does not. Throws ConfigError "FILE:LINE: KEY: ..." for an unknown key, a bad
// value, or a key given twice that may stand once.
void read_option_file(const std::string& path, const boost::program_options::options_description& keys,
                      boost::program_options::variables_map& values);

}  // namespace clientid
