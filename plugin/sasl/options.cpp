#include "plugin/sasl/options.hpp"

#include <strings.h>

#include <cstring>
#include <string_view>

#include "plugin/sasl/module.hpp"
#include "plugin/sasl/question.hpp"
#include "plugin/sasl/words.hpp"

namespace clientid {
namespace {

constexpr int max_timeout = 600'000;  // milliseconds

// Null where the option is not set.
const char* find_option(const sasl_utils_t& utils, const char* name) {
  const char* value = nullptr;
  unsigned length = 0;
  return utils.getopt(utils.getopt_context, nullptr, name, &value, &length) == SASL_OK ? value : nullptr;
}

}  // namespace

const char* read_option(const sasl_utils_t& utils, const char* name, const char* fallback) {
  const char* const value = find_option(utils, name);
  return value == nullptr || *value == '\0' ? fallback : value;
}

int read_timeout(const sasl_utils_t& utils) {
  int timeout = 0;
  for (const char* digit = read_option(utils, option_timeout, ""); *digit != '\0'; ++digit) {
    if (*digit < '0' || *digit > '9') return default_timeout;
    timeout = timeout * 10 + (*digit - '0');
    if (timeout > max_timeout) return default_timeout;
  }
  return timeout == 0 ? default_timeout : timeout;
}

bool is_wanted(const sasl_utils_t& utils) {
  return find_option(utils, "auxprop_plugin") != nullptr || find_option(utils, option_service) != nullptr ||
         std::strcmp(read_option(utils, "canon_user_plugin", ""), plugin_name) == 0;
}

bool is_asked(const sasl_utils_t& utils) {
  const char* const plugins = find_option(utils, "auxprop_plugin");
  if (plugins == nullptr) return true;
  std::string_view list = plugins;
  for (std::string_view word = next_word(list); !word.empty(); word = next_word(list)) {
    // libsasl does not heed case here.
    if (word.size() == std::strlen(plugin_name) && ::strncasecmp(word.data(), plugin_name, word.size()) == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace clientid
