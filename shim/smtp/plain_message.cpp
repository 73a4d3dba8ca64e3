#include "shim/smtp/plain_message.hpp"

#include <algorithm>

namespace clientid {

std::optional<PlainMessage> split_plain_message(std::string_view message) {
  if (std::count(message.begin(), message.end(), '\0') != 2) return std::nullopt;
  const auto first = message.find('\0');
  const auto last = message.rfind('\0');
  const PlainMessage parts{message.substr(0, first), message.substr(first + 1, last - first - 1),
                           message.substr(last + 1)};
  if (parts.user.empty() || parts.password.empty()) return std::nullopt;
  return parts;
}

Secret plain_message(const PlainMessage& parts) {
  Secret message(parts.authorization);
  message.append('\0');
  message.append(parts.user);
  message.append('\0');
  message.append(parts.password);
  return message;
}

}  // namespace clientid
