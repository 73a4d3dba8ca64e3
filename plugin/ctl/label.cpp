#include "plugin/ctl/label.hpp"

#include "plugin/config/config_error.hpp"
#include "plugin/config/utf8.hpp"

namespace clientid::ctl {

std::optional<std::string> checked_label(std::optional<std::string> label) {
  if (label && (label->size() > max_label || !valid_utf8(*label))) {
    throw ConfigError("that cannot be a label: it takes up to 255 octets of UTF-8");
  }
  return label;
}

}  // namespace clientid::ctl
