#include "plugin/identity/changed_key.hpp"

namespace clientid {

std::optional<std::string> changed_key(const KeyFile& before, const KeyFile& now) {
  for (const auto& key : now.keys()) {
    const auto* known = before.find(key.id);
    if (known != nullptr && known->octets.view() != key.octets.view()) return key.id;
  }
  return std::nullopt;
}

}  // namespace clientid
