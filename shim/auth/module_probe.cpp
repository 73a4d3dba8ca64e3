#include "shim/auth/module_probe.hpp"

#include <sasl/sasl.h>

#include <array>
#include <string_view>

#include "plugin/config/config_error.hpp"
#include "plugin/sasl/question.hpp"
#include "shim/auth/sasl_callback.hpp"

namespace clientid {
namespace {

const char* option_named(std::string_view name) {
  if (name == option_service) return service_in_process;
  if (name == option_identity) return "";
  if (name == "canon_user_plugin") return "clientid";
  return name == "mech_list" ? "PLAIN" : nullptr;
}

int get_option(void* /*context*/, const char* /*plugin*/, const char* option, const char** value, unsigned* length) {
  return give_option(option_named(option), value, length);
}

int refuse(void* context, const Question* /*question*/, Answer* answer) {
  *static_cast<bool*>(context) = true;
  answer->ruling = Ruling::refuse;
  return SASL_OK;
}

}  // namespace

void require_module(const std::string& service, const std::string& hostname, const std::string& config) {
  bool asked = false;
  const std::array callbacks{sasl_callback(SASL_CB_GETOPT, get_option, nullptr),
                             sasl_callback(judge_callback_id, refuse, &asked), last_sasl_callback()};
  sasl_conn_t* connection = nullptr;
  if (sasl_server_new(service.c_str(), hostname.c_str(), nullptr, nullptr, nullptr, callbacks.data(), 0, &connection) ==
      SASL_OK) {
    constexpr std::string_view message("\0clientid-probe\0clientid-probe", 30);
    const char* challenge = nullptr;
    unsigned length = 0;
    sasl_server_start(connection, "PLAIN", message.data(), static_cast<unsigned>(message.size()), &challenge, &length);
  }
  sasl_dispose(&connection);
  if (asked) return;
  throw ConfigError("sasl-config: libsasl does not ask the clientid module; is libclientid.so in " PLUGINDIR
                    " (or SASL_PATH), clientid in auxprop_plugin of " +
                    config + ".conf, and the PLAIN mechanism installed?");
}

}  // namespace clientid
