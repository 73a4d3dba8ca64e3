#include "shim/auth/sasl_connection.hpp"

#include <sasl/prop.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace clientid {

namespace {

constexpr std::string_view plus = "-PLUS";

// With any other code libsasl may leave a pointer to what it has freed.
std::string output_of(int code, const char* output, unsigned length) {
  return code == SASL_CONTINUE && output != nullptr ? std::string(output, length) : std::string();
}

}  // namespace

std::string sasl_mechanisms(const std::vector<std::string>& mechanisms) {
  std::vector<std::string> names{"PLAIN"};
  for (std::string name : mechanisms) {
    if (name.ends_with(plus)) name.resize(name.size() - plus.size());
    if (name != "LOGIN" && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : " ") + name;
  return list;
}

SaslConnection::SaslConnection(const AuthRules& rules, const PeerFacts& peer, const sasl_callback_t* callbacks)
    : peer_(peer) {
  const auto or_null = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
  sasl_conn_t* connection = nullptr;
  if (sasl_server_new(rules.service.c_str(), rules.hostname.c_str(), or_null(rules.realm), or_null(peer.local_endpoint),
                      or_null(peer.remote_endpoint), callbacks, 0, &connection) != SASL_OK) {
    return;
  }
  connection_.reset(connection);
  if (!prepare(peer.cipher_bits)) connection_.reset();
}

bool SaslConnection::prepare(int cipher_bits) {
  sasl_security_properties_t properties{};
  properties.security_flags = SASL_SEC_NOANONYMOUS;  // and no security layer: TLS is there
  const auto strength = static_cast<sasl_ssf_t>(cipher_bits);
  return sasl_setprop(connection_.get(), SASL_SEC_PROPS, &properties) == SASL_OK &&
         sasl_setprop(connection_.get(), SASL_SSF_EXTERNAL, &strength) == SASL_OK;
}

bool SaslConnection::bind(std::string_view client_first) {
  const auto* chosen = chosen_binding(peer_.bindings, client_first);
  if (chosen == nullptr) return true;
  binding_.name = chosen->name;
  binding_.data = reinterpret_cast<const unsigned char*>(chosen->data.data());
  binding_.len = chosen->data.size();
  return sasl_setprop(connection_.get(), SASL_CHANNEL_BINDING, &binding_) == SASL_OK;
}

int SaslConnection::start(const std::string& mechanism, const std::optional<Secret>& response, std::string& challenge) {
  // RFC 5802 section 6: who takes the mechanism with -PLUS must bind. libsasl itself goes by the message alone.
  binding_.critical = mechanism.ends_with(plus) ? 1 : 0;
  if (!connection_ || !bind(response ? response->view() : std::string_view())) return SASL_FAIL;
  begun_ = response.has_value();
  const char* output = nullptr;
  unsigned length = 0;
  // libsasl tells an empty initial response from none by the pointer.
  const char* octets = response ? (response->empty() ? "" : response->view().data()) : nullptr;
  const int code = sasl_server_start(connection_.get(), mechanism.c_str(), octets,
                                     static_cast<unsigned>(response ? response->size() : 0), &output, &length);
  challenge = output_of(code, output, length);
  return code;
}

int SaslConnection::step(const Secret& response, std::string& challenge) {
  if (!connection_ || (!begun_ && !bind(response.view()))) return SASL_FAIL;
  begun_ = true;
  const char* output = nullptr;
  unsigned length = 0;
  const int code = sasl_server_step(connection_.get(), response.empty() ? "" : response.view().data(),
                                    static_cast<unsigned>(response.size()), &output, &length);
  challenge = output_of(code, output, length);
  return code;
}

std::string SaslConnection::text(int property) const {
  const void* value = nullptr;
  if (sasl_getprop(connection_.get(), property, &value) != SASL_OK || value == nullptr) return {};
  return static_cast<const char*>(value);
}

std::string SaslConnection::offered() {
  const char* list = nullptr;
  if (!connection_ || !bind({}) ||
      sasl_listmech(connection_.get(), nullptr, "", " ", "", &list, nullptr, nullptr) != SASL_OK) {
    return {};
  }
  return list;
}

bool SaslConnection::found_secret() const {
  auto* properties = sasl_auxprop_getctx(connection_.get());
  if (properties == nullptr) return false;
  std::array<const char*, 3> names{SASL_AUX_PASSWORD, "*authPassword", nullptr};
  std::array<propval, 2> found{};
  prop_getnames(properties, names.data(), found.data());
  return found[0].values != nullptr || found[1].values != nullptr;
}

}  // namespace clientid
