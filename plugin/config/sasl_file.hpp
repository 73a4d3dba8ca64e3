// A configuration file of libsasl, as libsasl finds and reads it: `option: value` lines.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clientid {

class SaslFile {
 public:
  // Throws ConfigError that names file and line. libsasl does not start with a file in which one line is none of its
  // form.
  static SaslFile read(const std::string& path);

  // Nothing where it is not set.
  std::optional<std::string> value(const std::string& option) const;
  // Its words, such as those of auxprop_plugin.
  std::vector<std::string> words(const std::string& option) const;

 private:
  std::map<std::string, std::string> values_;
};

// Does the list hold the word, in whatever case?
bool names(const std::vector<std::string>& words, std::string_view word);

// Where libsasl looks for configurations: SASL_CONF_PATH, or else what it was built with.
std::vector<std::string> sasl_directories();

// The first of these that exists; empty where none does.
std::string first_existing(const std::vector<std::string>& paths);

}  // namespace clientid
