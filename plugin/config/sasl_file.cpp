#include "plugin/config/sasl_file.hpp"

#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "plugin/config/config_error.hpp"
#include "plugin/config/words.hpp"

namespace clientid {

SaslFile SaslFile::read(const std::string& path) {
  std::ifstream input(path);
  if (!input) throw ConfigError(path + ": cannot read: " + std::strerror(errno));
  SaslFile file;
  std::string line;
  for (int number = 1; std::getline(input, line); ++number) {
    const auto text = trimmed(line);
    if (text.empty() || text.front() == '#') continue;
    auto key = std::string(text.substr(0, text.find(':')));
    const auto value = trimmed(text.substr(std::min(key.size() + 1, text.size())));
    const bool sound = !value.empty() && std::all_of(key.begin(), key.end(), [](unsigned char octet) {
      return std::isalnum(octet) != 0 || octet == '-' || octet == '_';
    });
    if (!sound) {
      throw ConfigError(path + ":" + std::to_string(number) +
                        ": libsasl cannot read this line, and does not start; write it as OPTION: VALUE");
    }
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char octet) { return std::tolower(octet); });
    // The first one counts.
    file.values_.try_emplace(key, value);
  }
  return file;
}

std::optional<std::string> SaslFile::value(const std::string& option) const {
  const auto found = values_.find(option);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> SaslFile::words(const std::string& option) const {
  return split_words(value(option).value_or(""));
}

bool names(const std::vector<std::string>& words, std::string_view word) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& each) {
    return each.size() == word.size() && ::strncasecmp(each.data(), word.data(), word.size()) == 0;
  });
}

std::vector<std::string> sasl_directories() {
  const char* path = std::getenv("SASL_CONF_PATH");
  if (path != nullptr && *path != '\0') return split_words(path, ":");
  return {"/etc/sasl2", "/etc/sasl", PLUGINDIR, "/usr/lib/sasl2"};
}

std::string first_existing(const std::vector<std::string>& paths) {
  const auto found =
      std::find_if(paths.begin(), paths.end(), [](const auto& path) { return ::access(path.c_str(), F_OK) == 0; });
  return found == paths.end() ? std::string() : *found;
}

}  // namespace clientid
