// How identities of a type must look: settings of a type, as NAME=VALUE, one a line, and behind an empty line tokens.
#include "plugin/policy/type_rule.hpp"

#include "plugin/config/config_error.hpp"
#include "plugin/identity/mac_vendors.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

std::string text_of(const TypeLevel& level) {
  std::string text;
  for (const auto& [name, value] : values(level)) text += name + "=" + value + "\n";
  return text;
}

void put(TypeLevel& level, std::string_view line) {
  const auto name = take_until(line, '=');
  const auto before = text_of(level);
  try {
    set(level, name, line);
  } catch (const ConfigError&) {
    require(text_of(level) == before, "what is refused changes nothing");
  }
}

void check_token(const FormRule& form, std::string_view token) {
  static const MacVendors none(std::vector<std::string>{});
  const auto result = check_form(form, token, none);
  const auto again = check_form(FormRule::parse(form.to_string()), token, none);
  require(result.fits == again.fits && result.saw == again.saw, "a form means what is shown of it");
  // The pattern is shown, and so is what stands in it.
  const bool told = token.size() >= 8 && result.saw.find(token) != std::string::npos;
  require(!told || form.to_string().find(token) != std::string::npos, "a token is not shown");
}

}  // namespace

void fuzz(std::string_view input) {
  TypeLevel level;
  std::string_view line;
  while (!input.empty() && !(line = take_until(input, '\n')).empty()) put(level, line);
  TypeLevel copy;
  for (const auto& [name, value] : values(level)) set(copy, name, value);
  require(text_of(copy) == text_of(level), "settings are read as they were written");
  const auto rule = effective("uuid", level, {});
  while (!input.empty()) check_token(rule.form, take_until(input, '\n'));
}

}  // namespace clientid
