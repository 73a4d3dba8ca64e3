#include "plugin/identity/key_file.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

#include "plugin/config/config_error.hpp"
#include "plugin/config/durable_file.hpp"
#include "plugin/identity/hex.hpp"
#include "plugin/identity/secret_file.hpp"

namespace clientid {
namespace {

constexpr std::size_t key_size = 32;

HashKey parse_key(std::string_view line, const std::string& where) {
  const auto space = line.find(' ');
  const auto id = line.substr(0, space);
  HashKey key{std::string(id), Secret(key_size)};
  auto* octets = reinterpret_cast<std::uint8_t*>(key.octets.octets().data());
  if (space == std::string_view::npos || id.empty() || id.find_first_not_of("0123456789") != std::string_view::npos ||
      !decode_hex(line.substr(space + 1), {octets, key_size})) {
    throw ConfigError(where + ": not a key; a line is a number, one space and 64 hexadecimal digits");
  }
  return key;
}

}  // namespace

KeyFile KeyFile::load(const std::string& path) {
  const Secret text = read_secret_file(path, "key file", "; make it with: clientidctl init");
  KeyFile file;
  auto rest = text.view();
  for (int number = 1; !rest.empty(); ++number) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    file.keys_.push_back(parse_key(line, path + ":" + std::to_string(number)));
  }
  if (file.keys_.empty()) throw ConfigError(path + ": the key file holds no key");
  return file;
}

bool KeyFile::create(const std::string& path) {
  Secret octets(key_size);
  auto* begin = reinterpret_cast<std::uint8_t*>(octets.octets().data());
  if (RAND_priv_bytes(begin, key_size) != 1) throw ConfigError(path + ": no random octets to be had for a key");
  Secret text("# clientid hash keys; the last one is current\n1 ");
  for (std::size_t i = 0; i < key_size; ++i) {
    Secret digits(encode_hex({begin + i, 1}));
    text.append(digits.view());
  }
  text.append('\n');
  return create_durably(path, text.view(), 0600);
}

Fingerprint KeyFile::fingerprint(const Identity& identity) const {
  const auto& key = keys_.back().octets;
  // NUL stands in neither part, so no two identities give the same message.
  Secret message(identity.type);
  message.append('\0');
  message.append(identity.token.view());
  std::array<std::uint8_t, Fingerprint::size> octets{};
  unsigned int length = 0;
  if (HMAC(EVP_sha256(), key.view().data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.view().data()), message.size(), octets.data(),
           &length) == nullptr ||
      length != octets.size()) {
    throw std::runtime_error("HMAC-SHA-256 failed");
  }
  return Fingerprint(octets);
}

}  // namespace clientid
