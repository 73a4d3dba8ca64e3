// Hash keys as a host has them: "2 1" are two, of which 2 is current.
#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "plugin/identity/hex.hpp"
#include "plugin/identity/key_file.hpp"
#include "plugin/policy/device.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace clientid {

// A key of this number is the same in every file.
inline KeyFile keys(const std::string& ids) {
  const TemporaryDirectory directory;
  const auto path = directory.file("key");
  std::istringstream words(ids);
  std::ofstream file(path);
  for (std::string id; words >> id;) {
    std::array<std::uint8_t, 32> octets{};
    octets.fill(static_cast<std::uint8_t>(std::stoi(id)));
    file << id << " " << encode_hex(octets) << "\n";
  }
  file.close();
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  return KeyFile::load(path);
}

// As a host with these keys sees it.
inline Device device_with(const std::string& ids, const std::string& token = "token") {
  return device_of({"uuid", Secret(token)}, keys(ids));
}

// Its fingerprint under this key.
inline Fingerprint made_under(const std::string& id, const std::string& token = "token") {
  return device_with(id, token).fingerprint;
}

}  // namespace clientid
