#include "shim/auth/scram_secret.hpp"

#include <openssl/rand.h>

#include <charconv>
#include <stdexcept>

#include "shim/smtp/base64.hpp"

namespace clientid {
namespace {

constexpr std::string_view stored_name = "SCRAM-SHA-256";
constexpr std::size_t hash_size = 32;

Secret random_base64() {
  Secret octets(hash_size);
  if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(octets.octets().data()), hash_size) != 1) {
    throw std::runtime_error("no random octets to be had for a secret of SCRAM");
  }
  return encode_base64(octets.view());
}

// "s=c2FsdA==,i=4096" with 's': "c2FsdA=="; takes it off the front.
std::optional<std::string_view> take_field(std::string_view& message, char name) {
  if (message.size() < 2 || message[0] != name || message[1] != '=') return std::nullopt;
  const auto end = message.find(',');
  const auto value = message.substr(2, end == std::string_view::npos ? end : end - 2);
  message = end == std::string_view::npos ? std::string_view() : message.substr(end + 1);
  return value;
}

}  // namespace

bool is_scram(std::string_view mechanism) {
  return mechanism == stored_name || binds_channel(mechanism);
}

bool binds_channel(std::string_view mechanism) {
  return mechanism == "SCRAM-SHA-256-PLUS";
}

std::optional<ScramForm> form_of(std::string_view server_first) {
  const auto nonce = take_field(server_first, 'r');
  const auto encoded = nonce ? take_field(server_first, 's') : std::nullopt;
  const auto count = encoded ? take_field(server_first, 'i') : std::nullopt;
  const auto salt = count ? decode_base64(*encoded) : std::nullopt;
  if (!salt || !server_first.empty()) return std::nullopt;
  ScramForm form{salt->size(), 0};
  const auto [end, error] = std::from_chars(count->data(), count->data() + count->size(), form.iterations);
  if (error != std::errc() || end != count->data() + count->size()) return std::nullopt;
  return form;
}

void StoredForm::learn(std::string_view server_first) {
  const std::lock_guard lock(mutex_);
  if (known_) return;
  const auto form = form_of(server_first);
  if (!form) return;
  known_ = true;
  if (form->salt_size != hash_size) form_ = form;
}

std::optional<ScramForm> StoredForm::get() const {
  const std::lock_guard lock(mutex_);
  return form_;
}

Secret random_password() {
  return random_base64();
}

Secret random_stored_secret(std::string_view salt, unsigned iterations) {
  Secret text(stored_name);
  text.append("$" + std::to_string(iterations) + ":");
  text.append(encode_base64(salt).view());
  text.append('$');
  text.append(random_base64().view());
  text.append(':');
  text.append(random_base64().view());
  return text;
}

}  // namespace clientid
