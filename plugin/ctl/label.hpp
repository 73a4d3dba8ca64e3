// The name that people give a device.
#pragma once

#include <optional>
#include <string>

namespace clientid::ctl {

inline constexpr std::size_t max_label = 255;  // octets

// Throws ConfigError unless it is UTF-8 of at most max_label octets.
std::optional<std::string> checked_label(std::optional<std::string> label);

}  // namespace clientid::ctl
