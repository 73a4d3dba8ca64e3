// A configuration file of libsasl: what is taken means the same when it is written again.
#include "plugin/config/sasl_file.hpp"

#include <array>

#include "plugin/config/config_error.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/text_file.hpp"

namespace clientid {
namespace {

constexpr std::array options{"pwcheck_method", "auxprop_plugin", "canon_user_plugin", "clientid_service",
                             "mech_list",      "sasldb_path",    "log_level",         "a"};

}  // namespace

void fuzz(std::string_view input) {
  static const TextFile path;
  path.write(input);
  SaslFile file;
  try {
    file = SaslFile::read(path.path());
  } catch (const ConfigError& error) {
    const std::string fault = error.what();
    require(fault.starts_with(path.path() + ":") && fault.find('\n') == std::string::npos, "a fault is one line");
    return require(fault.find("hors3battery") == std::string::npos, "a password is not repeated");
  }
  std::string written;
  for (const auto* option : options) {
    const auto value = file.value(option);
    if (value) written += std::string(option) + ": " + *value + "\n" + option + ": another\n";
    for (const auto& word : file.words(option)) require(names(file.words(option), word), "a word is among its words");
  }
  path.write(written);
  const auto again = SaslFile::read(path.path());
  for (const auto* option : options) require(again.value(option) == file.value(option), "the first value counts");
}

}  // namespace clientid
