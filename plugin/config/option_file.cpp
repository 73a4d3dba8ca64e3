#include "plugin/config/option_file.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "plugin/config/config_error.hpp"
#include "plugin/config/option_fault.hpp"
#include "plugin/config/words.hpp"

namespace clientid {

namespace po = boost::program_options;

namespace {

// The key of `key = value`, for messages; empty where it may be something else, such as a piece of a secret that was
// broken into two lines.
std::string shown_key(std::string_view line, const po::options_description& keys) {
  line = trimmed(line);
  const std::string key(line.substr(0, line.find_first_of(" \t=")));
  const bool pair = trimmed(line.substr(key.size())).starts_with('=');
  const bool known = !key.empty() && keys.find_nothrow(key, false) != nullptr;
  return known || (pair && looks_like_option(key)) ? key : std::string();
}

// Program_options does not count lines, so it is given one at a time. It takes "[...]" for the beginning of a section,
// of which it would know nothing in the next line.
po::parsed_options parse_line(const std::string& line, const po::options_description& keys) {
  if (trimmed(line).starts_with('[')) throw OptionFault("there are no sections; remove this line");
  std::istringstream stream(line);
  auto parsed = po::parse_config_file(stream, keys);
  po::variables_map scratch;
  po::store(parsed, scratch);  // says now whether the value is good
  return parsed;
}

}  // namespace

void read_option_file(const std::string& path, const po::options_description& keys, po::variables_map& values) {
  std::ifstream file(path);
  if (!file) throw ConfigError(path + ": cannot read: " + std::strerror(errno));
  po::parsed_options all(&keys);
  std::map<std::string, int> first_line;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const auto where = [&] {
      const auto key = shown_key(line, keys);
      return path + ":" + std::to_string(number) + ": " + (key.empty() ? "" : key + ": ");
    };
    try {
      for (auto& option : parse_line(line, keys).options) {
        const auto [earlier, first] = first_line.try_emplace(option.string_key, number);
        if (!first && !keys.find(option.string_key, false).semantic()->is_composing()) {
          throw ConfigError(where() + "stands in line " + std::to_string(earlier->second) +
                            " already; remove one of them");
        }
        all.options.push_back(std::move(option));
      }
    } catch (const po::unknown_option&) {
      throw ConfigError(where() + "no such key; see the manual page for those there are");
    } catch (const po::error& error) {
      throw ConfigError(where() + fault_text(error));
    }
  }
  if (file.bad()) throw ConfigError(path + ": cannot read: " + std::strerror(errno));
  po::store(all, values);
}

}  // namespace clientid
