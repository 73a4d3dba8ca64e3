#include "shim/auth/scram_decoy.hpp"

#include <sasl/saslplug.h>

#include <string_view>
#include <utility>

#include "shim/auth/sasl_callback.hpp"

namespace clientid {
namespace {

constexpr const char* plugin_name = "clientid-decoy";

// A private callback, set in our own connections alone: no other hears anything from the plug-in. Its context is the
// DecoySecret.
constexpr unsigned long secret_callback_id = 0x00434c4a;

int is_decoy() {
  return SASL_OK;
}

int look_up(void* /*context*/, sasl_server_params_t* params, unsigned flags, const char* /*user*/,
            unsigned /*length*/) {
  sasl_callback_ft procedure = nullptr;
  void* context = nullptr;
  const auto& utils = *params->utils;
  if (utils.getcallback(utils.conn, secret_callback_id, &procedure, &context) != SASL_OK) return SASL_NOMECH;
  if ((flags & SASL_AUXPROP_AUTHZID) != 0) return SASL_OK;  // where libsasl asks for no secret
  const auto& secret = *static_cast<const DecoySecret*>(context);
  const auto value = secret.value.view();
  return utils.prop_set(params->propctx, secret.property, value.data(), static_cast<int>(value.size()));
}

int initialise(const sasl_utils_t* /*utils*/, int max_version, int* version, sasl_auxprop_plug_t** plugin,
               const char* /*name*/) {
  static sasl_auxprop_plug_t table{.features = 0,
                                   .spare_int1 = 0,
                                   .glob_context = nullptr,
                                   .auxprop_free = nullptr,
                                   .auxprop_lookup = look_up,
                                   .name = const_cast<char*>(plugin_name),
                                   .auxprop_store = nullptr};
  if (max_version < SASL_AUXPROP_PLUG_VERSION) return SASL_BADVERS;
  *version = SASL_AUXPROP_PLUG_VERSION;
  *plugin = &table;
  return SASL_OK;
}

}  // namespace

bool ScramDecoy::install() {
  return sasl_auxprop_add_plugin(plugin_name, initialise) == SASL_OK;
}

ScramDecoy::ScramDecoy(const AuthRules& rules, const PeerFacts& peer, DecoySecret secret)
    : rules_(rules),
      secret_(std::move(secret)),
      callbacks_{sasl_callback(SASL_CB_GETOPT, get_option, this), sasl_callback(secret_callback_id, is_decoy, &secret_),
                 last_sasl_callback()},
      connection_(rules, peer, callbacks_.data()) {}

// All else, the count of iterations for one, is as the configuration file has it.
int ScramDecoy::get_option(void* context, const char* /*plugin*/, const char* option, const char** value,
                           unsigned* length) {
  const auto text = [&](std::string_view name) -> const char* {
    if (name == "auxprop_plugin") return plugin_name;
    if (name == "canon_user_plugin") return "INTERNAL";
    return name == "mech_list" ? static_cast<const ScramDecoy*>(context)->rules_.mechanisms.c_str() : nullptr;
  };
  return give_option(text(option), value, length);
}

std::string ScramDecoy::start(const std::string& mechanism, const Secret& client_first) {
  std::string server_first;
  const int code = connection_.start(mechanism, client_first.clone(), server_first);
  return code == SASL_CONTINUE ? server_first : std::string();
}

void ScramDecoy::finish(const Secret& client_final) {
  std::string ignored;
  connection_.step(client_final, ignored);
}

}  // namespace clientid
