// The edge to libsasl: the two entry points of the module, and the functions that libsasl calls. No decision is made
// here. The module has no state: the two tables below are never written.
#include "plugin/sasl/module.hpp"

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

#include <cstring>
#include <string_view>

#include "plugin/sasl/auxprop.hpp"
#include "plugin/sasl/canonuser.hpp"

#define CLIENTID_EXPORT __attribute__((visibility("default")))

extern "C" {

CLIENTID_EXPORT sasl_auxprop_init_t sasl_auxprop_plug_init;
CLIENTID_EXPORT sasl_canonuser_init_t sasl_canonuser_init;

static int auxprop_lookup(void*, sasl_server_params_t* params, unsigned flags, const char* user, unsigned length) {
  if (params == nullptr || params->utils == nullptr || user == nullptr) return SASL_BADPARAM;
  return clientid::look_up(*params, flags, user, length);
}

static int canon_user_server(void*, sasl_server_params_t* params, const char* user, unsigned length, unsigned,
                             char* out, unsigned out_max, unsigned* out_length) {
  if (params == nullptr || params->utils == nullptr || user == nullptr || out == nullptr) return SASL_BADPARAM;
  return clientid::canonicalise_for_server(*params, std::string_view(user, length), {out, out_max, out_length});
}

// A process that is also a SASL client has one canon_user_plugin for both sides.
static int canon_user_client(void*, sasl_client_params_t*, const char* user, unsigned length, unsigned, char* out,
                             unsigned out_max, unsigned* out_length) {
  if (user == nullptr || out == nullptr) return SASL_BADPARAM;
  return clientid::canonicalise(std::string_view(user, length), nullptr, {out, out_max, out_length});
}

}  // extern "C"

namespace {

// libsasl declares the names writable, and does not write them.
constinit const sasl_auxprop_plug_t auxprop_plugin = {
    .features = 0,
    .spare_int1 = 0,
    .glob_context = nullptr,
    .auxprop_free = nullptr,
    .auxprop_lookup = auxprop_lookup,
    .name = const_cast<char*>(clientid::plugin_name),
    // Nothing to store. Any code but OK would keep libsasl from storing passwords in the plugins behind this one.
    .auxprop_store = nullptr,
};

constinit const sasl_canonuser_plug_t canonuser_plugin = {
    .features = 0,
    .spare_int1 = 0,
    .glob_context = nullptr,
    .name = const_cast<char*>(clientid::plugin_name),
    .canon_user_free = nullptr,
    .canon_user_server = canon_user_server,
    .canon_user_client = canon_user_client,
    .spare_fptr1 = nullptr,
    .spare_fptr2 = nullptr,
    .spare_fptr3 = nullptr,
};

}  // namespace

int sasl_auxprop_plug_init(const sasl_utils_t*, int max_version, int* version, sasl_auxprop_plug_t** plugin,
                           const char*) {
  if (version == nullptr || plugin == nullptr) return SASL_BADPARAM;
  if (max_version < SASL_AUXPROP_PLUG_VERSION) return SASL_BADVERS;
  *version = SASL_AUXPROP_PLUG_VERSION;
  *plugin = const_cast<sasl_auxprop_plug_t*>(&auxprop_plugin);
  return SASL_OK;
}

int sasl_canonuser_init(const sasl_utils_t*, int max_version, int* version, sasl_canonuser_plug_t** plugin,
                        const char*) {
  if (version == nullptr || plugin == nullptr) return SASL_BADPARAM;
  if (max_version < SASL_CANONUSER_PLUG_VERSION) return SASL_BADVERS;
  *version = SASL_CANONUSER_PLUG_VERSION;
  *plugin = const_cast<sasl_canonuser_plug_t*>(&canonuser_plugin);
  return SASL_OK;
}
