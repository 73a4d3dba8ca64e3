// The three ways to name a binding: ID, ACCOUNT FINGERPRINT, ACCOUNT TYPE TOKEN|-.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "plugin/ctl/context.hpp"
#include "plugin/identity/secret.hpp"
#include "plugin/policy/binding.hpp"
#include "plugin/policy/device.hpp"

namespace clientid::ctl {

class Selector {
 public:
  // One, two or three words. Reads a token of "-". Throws ConfigError.
  Selector(Context& context, std::span<const Secret> words);

  // Throws Failure(Status::absent) where there is no such binding, ConfigError where a fingerprint fits several.
  Binding find(Context& context) const;

 private:
  std::optional<std::int64_t> id_;
  std::string account_;
  std::string fingerprint_;       // its first digits
  std::optional<Device> device_;  // in place of that
};

std::optional<std::int64_t> parse_id(std::string_view word);

// Lower case. Throws ConfigError unless it is 8 to 64 hexadecimal digits.
std::string fingerprint_prefix(std::string_view word);

}  // namespace clientid::ctl
