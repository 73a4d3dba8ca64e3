#include "plugin/config/option_fault.hpp"

#include <algorithm>
#include <boost/program_options/variables_map.hpp>

#include "plugin/config/config_error.hpp"

namespace clientid {

namespace po = boost::program_options;

namespace {

std::string fault_of(const po::invalid_syntax& error) {
  switch (error.kind()) {
    case po::invalid_syntax::empty_adjacent_parameter:
    case po::invalid_syntax::missing_parameter: return "takes a value";
    case po::invalid_syntax::extra_parameter: return "takes no value";
    case po::invalid_syntax::unrecognized_line: return "is no line of the form KEY = VALUE";
    default: return "cannot be understood";
  }
}

// "--stoer=postgresql://..." and "-xpassword" are names with a value behind them.
std::string name_of(const po::error_with_option_name& error) {
  const auto given = error.get_option_name();
  const auto dashes = std::min(given.find_first_not_of('-'), given.size());
  const auto name = given.substr(dashes, dashes == 1 ? 1 : given.find('=') - dashes);
  return looks_like_option(name) ? given.substr(0, dashes) + name : std::string();
}

}  // namespace

bool looks_like_option(std::string_view word) {
  constexpr std::size_t longest = 32;
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
  return !word.empty() && word.size() <= longest && word.find_first_not_of(letters) == std::string_view::npos;
}

std::string fault_text(const po::error& error) {
  if (dynamic_cast<const OptionFault*>(&error) != nullptr) return error.what();
  if (const auto* syntax = dynamic_cast<const po::invalid_syntax*>(&error)) return fault_of(*syntax);
  if (dynamic_cast<const po::validation_error*>(&error) != nullptr) return "cannot have this value";
  if (dynamic_cast<const po::multiple_occurrences*>(&error) != nullptr) return "is given twice";
  if (dynamic_cast<const po::unknown_option*>(&error) != nullptr) return "there is no such option";
  if (dynamic_cast<const po::too_many_positional_options_error*>(&error) != nullptr) {
    return "a word stands there that belongs to no option";
  }
  return "cannot be understood";
}

std::string command_line_fault(const po::error& error) {
  const auto* named = dynamic_cast<const po::error_with_option_name*>(&error);
  const auto name = named == nullptr ? std::string() : name_of(*named);
  if (name.empty()) return fault_text(error);
  if (dynamic_cast<const po::unknown_option*>(&error) == nullptr) return name + ": " + fault_text(error);
  return fault_text(error) + " \"" + name.substr(std::min(name.find_first_not_of('-'), name.size())) + "\"";
}

void require_good_values(const po::parsed_options& parsed) {
  for (const auto& option : parsed.options) {
    try {
      po::parsed_options alone(parsed.description);
      alone.options.push_back(option);
      po::variables_map scratch;
      po::store(alone, scratch);
    } catch (const po::error& error) {
      throw ConfigError("--" + option.string_key + ": " + fault_text(error));
    }
  }
}

}  // namespace clientid
