#include "shim/net/ticket_keys.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace clientid {
namespace {

constexpr std::size_t key_size = 32;  // of AES-256, and as much for HMAC-SHA-256

Secret random_secret() {
  Secret secret(key_size);
  auto* octets = reinterpret_cast<unsigned char*>(secret.octets().data());
  if (RAND_priv_bytes(octets, static_cast<int>(secret.size())) != 1) {
    throw std::runtime_error("no random octets to be had for a ticket key");
  }
  return secret;
}

std::shared_ptr<const TicketKey> new_key() {
  TicketKey::Name name;
  if (RAND_bytes(name.data(), static_cast<int>(name.size())) != 1) {
    throw std::runtime_error("no random octets to be had for the name of a ticket key");
  }
  return std::make_shared<const TicketKey>(TicketKey{name, random_secret(), random_secret()});
}

}  // namespace

std::shared_ptr<const TicketKey> TicketKeys::current() {
  const std::lock_guard lock(mutex_);
  rotate();
  return held_.front().key;
}

TicketKeys::Found TicketKeys::find(std::span<const unsigned char, TicketKey::name_size> name) {
  const std::lock_guard lock(mutex_);
  rotate();
  for (const auto& held : held_) {
    if (std::equal(name.begin(), name.end(), held.key->name.begin())) return {held.key, held.key == held_.front().key};
  }
  return {nullptr, false};
}

void TicketKeys::rotate() {
  const auto now = now_();
  if (held_.empty() || now - held_.front().made >= period) held_.push_front({new_key(), now});
  // The time counts besides the number: after a quiet night the second key may be much older than a period.
  while (held_.size() > kept || now - held_.back().made >= kept * period) held_.pop_back();
}

}  // namespace clientid
