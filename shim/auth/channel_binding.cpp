#include "shim/auth/channel_binding.hpp"

#include <algorithm>

namespace clientid {

const ChannelBinding* chosen_binding(const std::vector<ChannelBinding>& bindings, std::string_view client_first) {
  if (bindings.empty()) return nullptr;
  constexpr std::string_view asks = "p=";
  if (!client_first.starts_with(asks)) return &bindings.front();
  const auto name = client_first.substr(asks.size(), client_first.find(',') - asks.size());
  const auto found =
      std::find_if(bindings.begin(), bindings.end(), [&](const auto& known) { return known.name == name; });
  return found == bindings.end() ? &bindings.front() : &*found;
}

}  // namespace clientid
