// Who has binding number N, from where, with which device: the same for who fills a store and for who then logs in.
// Two devices an account, since people have a phone as well. Rows in the order of their numbers are in that of their
// accounts; the fingerprints are a hash, so that neighbours are far from each other.
#pragma once

#include <openssl/sha.h>

#include <cstdio>
#include <string>

#include "plugin/identity/fingerprint.hpp"

namespace clientid {

inline constexpr long long devices_an_account = 2;

inline std::string numbered_account(long long binding) {
  char name[40];
  std::snprintf(name, sizeof name, "user%010lld@example.com", binding / devices_an_account);
  return name;
}

// A number below 0 is that of a device that nobody has bound.
inline Fingerprint numbered_fingerprint(long long binding) {
  const auto text = std::to_string(binding);
  std::array<std::uint8_t, Fingerprint::size> octets{};
  ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), octets.data());
  return Fingerprint(octets);
}

inline std::string numbered_address(long long number) {
  return "10." + std::to_string(number >> 16 & 255) + "." + std::to_string(number >> 8 & 255) + "." +
         std::to_string(number & 255);
}

}  // namespace clientid
