#include "plugin/identity/key_file.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

#include "plugin/config/config_error.hpp"
#include "plugin/config/durable_file.hpp"
#include "plugin/identity/hex.hpp"
#include "plugin/identity/secret_file.hpp"

namespace clientid {
namespace {

constexpr std::size_t key_size = 32;

std::uint8_t* octets_of(Secret& secret) {
  return reinterpret_cast<std::uint8_t*>(secret.octets().data());
}

// "2026-11-28T22:00:00Z", as far as it is looked at here: it is shown, and never reckoned with.
bool is_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00Z";
  return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                    [](char c, char kind) { return kind == '0' ? c >= '0' && c <= '9' : c == kind; });
}

std::string_view significant(std::string_view number) {
  return number.substr(std::min(number.find_first_not_of('0'), number.size()));
}

HashKey parse_key(std::string_view line, const std::string& where) {
  const auto space = line.find(' ');
  const auto id = line.substr(0, space);
  const auto rest = space == std::string_view::npos ? std::string_view{} : line.substr(space + 1);
  const auto end = rest.find(' ');
  const auto created = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  HashKey key{std::string(id), Secret(key_size), std::string(created)};
  const bool dated = end == std::string_view::npos || is_time(created);
  if (!is_key_id(id) || !dated || !decode_hex(rest.substr(0, end), {octets_of(key.octets), key_size})) {
    throw ConfigError(where +
                      ": not a key; a line is a number of up to 18 digits, one space and 64 hexadecimal digits, and "
                      "may have one more space and the time when the key was made, such as 2026-12-31T23:59:59Z");
  }
  return key;
}

// Two keys of one number could not be told apart in the store.
void require_another(const std::vector<HashKey>& keys, const HashKey& key, const std::string& where) {
  for (const auto& other : keys) {
    if (significant(other.id) == significant(key.id)) {
      throw ConfigError(where + ": there is another key " + key.id +
                        " above; give one of them another number, if no "
                        "device was bound under it, or remove it");
    }
    if (other.octets.view() == key.octets.view()) {
      throw ConfigError(where + ": this is key " + other.id + " once more; remove one of them");
    }
  }
}

void append_line(Secret& text, const HashKey& key) {
  text.append(key.id);
  text.append(' ');
  for (const char octet : key.octets.view()) {
    Secret digits(encode_hex({reinterpret_cast<const std::uint8_t*>(&octet), 1}));
    text.append(digits.view());
  }
  if (!key.created.empty()) text.append(" " + key.created);
  text.append('\n');
}

}  // namespace

bool is_key_id(std::string_view text) {
  constexpr std::size_t most_digits = 18;  // so that there is a next one in 64 bits
  return !text.empty() && text.size() <= most_digits && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_older_key(std::string_view one, std::string_view other) {
  one = significant(one);
  other = significant(other);
  return one.size() != other.size() ? one.size() < other.size() : one < other;
}

Fingerprint fingerprint_under(const HashKey& key, const Identity& identity) {
  // NUL stands in neither part, so no two identities give the same message.
  Secret message(identity.type);
  message.append('\0');
  message.append(identity.token.view());
  std::array<std::uint8_t, Fingerprint::size> octets{};
  unsigned int length = 0;
  if (HMAC(EVP_sha256(), key.octets.view().data(), static_cast<int>(key.octets.size()),
           reinterpret_cast<const unsigned char*>(message.view().data()), message.size(), octets.data(),
           &length) == nullptr ||
      length != octets.size()) {
    throw std::runtime_error("HMAC-SHA-256 failed");
  }
  return Fingerprint(octets);
}

KeyFile KeyFile::load(const std::string& path) {
  const Secret text = read_secret_file(path, "key file", "; make it with: clientidctl init");
  KeyFile file;
  auto rest = text.view();
  for (int number = 1; !rest.empty(); ++number) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    const auto where = path + ":" + std::to_string(number);
    auto key = parse_key(line, where);
    require_another(file.keys_, key, where);
    file.keys_.push_back(std::move(key));
  }
  if (file.keys_.empty()) throw ConfigError(path + ": the key file holds no key");
  if (file.keys_.size() > max_keys) {
    throw ConfigError(path + ": the key file holds more than " + std::to_string(max_keys) +
                      " keys; remove old ones, as far as clientidctl key list shows nothing under them");
  }
  return file;
}

bool KeyFile::create(const std::string& path, const std::string& created) {
  KeyFile file;
  file.add("1", created);
  return create_durably(path, file.text().view(), 0600);
}

const HashKey* KeyFile::find(std::string_view id) const {
  const auto found =
      std::ranges::find_if(keys_, [&](const auto& key) { return significant(key.id) == significant(id); });
  return found == keys_.end() ? nullptr : &*found;
}

std::optional<std::string> KeyFile::check_value(std::string_view id) const {
  // No identity has an empty type, so this is the fingerprint of none.
  const Identity nobody{"", Secret(std::string_view("key check"))};
  const auto* key = find(id);
  if (key == nullptr) return std::nullopt;
  return fingerprint_under(*key, nobody).short_form();
}

Fingerprint KeyFile::lasting_fingerprint(const Identity& identity) const {
  return fingerprint_under(*std::ranges::min_element(keys_, is_older_key, &HashKey::id), identity);
}

void KeyFile::add(const std::string& id, const std::string& created) {
  if (keys_.size() == max_keys) throw std::length_error("no more than " + std::to_string(max_keys) + " keys");
  HashKey key{id, Secret(key_size), created};
  if (RAND_priv_bytes(octets_of(key.octets), key_size) != 1) throw ConfigError("no random octets to be had for a key");
  keys_.push_back(std::move(key));
}

void KeyFile::make_current(std::string_view id) {
  const auto found = std::ranges::find(keys_, id, &HashKey::id);
  std::rotate(keys_.begin(), found, std::next(found));
}

void KeyFile::remove(std::string_view id) {
  std::erase_if(keys_, [&](const auto& key) { return key.id == id; });
}

void KeyFile::replace(const std::string& path) const {
  replace_durably(path, text().view());
}

Secret KeyFile::text() const {
  Secret text("# clientid hash keys; the first one is current\n");
  for (const auto& key : keys_) append_line(text, key);
  return text;
}

}  // namespace clientid
