#include "plugin/store/device_elsewhere.hpp"

namespace clientid {

DeviceElsewhereReader::DeviceElsewhereReader(Connection& connection, std::size_t keys)
    : fingerprints_(keys),
      statement_(connection, "SELECT state, last_seen, last_peer FROM binding WHERE " +
                                 fingerprints_.condition("fingerprint", "fingerprint") + " LIMIT 1001") {
  fingerprints_.bind(statement_);
  statement_.into(state_, last_seen_, last_peer_);
}

DeviceElsewhere DeviceElsewhereReader::read(const std::vector<std::string>& fingerprints) {
  fingerprints_.set(fingerprints);
  DeviceElsewhere found;
  statement_.for_each_row([&] {
    if (state_ == name(BindingState::active)) ++found.accounts;
    const auto seen = last_seen_.get();
    const auto peer = Address::parse(last_peer_);
    if (!seen || !peer || (found.last_sighting && found.last_sighting->at >= *seen)) return;
    found.last_sighting = Sighting{*peer, *seen, std::nullopt};
  });
  return found;
}

}  // namespace clientid
