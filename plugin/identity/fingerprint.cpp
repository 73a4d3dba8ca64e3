#include "plugin/identity/fingerprint.hpp"

#include "plugin/identity/hex.hpp"

namespace clientid {

std::optional<Fingerprint> Fingerprint::from_hex(std::string_view hex) {
  std::array<std::uint8_t, size> octets{};
  if (!decode_hex(hex, octets)) return std::nullopt;
  return Fingerprint(octets);
}

std::string Fingerprint::hex() const {
  return encode_hex(octets_);
}

}  // namespace clientid
