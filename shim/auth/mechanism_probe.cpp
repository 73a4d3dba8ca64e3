#include "shim/auth/mechanism_probe.hpp"

#include <sasl/sasl.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include "shim/auth/sasl_callback.hpp"
#include "shim/auth/sasl_connection.hpp"

namespace clientid {
namespace {

// The configuration file has no say in what is offered.
int get_option(void* context, const char* /*plugin*/, const char* option, const char** value, unsigned* length) {
  const bool ours = std::string_view(option) == "mech_list";
  return give_option(ours ? static_cast<const std::string*>(context)->c_str() : nullptr, value, length);
}

}  // namespace

std::vector<std::string> missing_mechanisms(const std::vector<std::string>& wanted) {
  std::string list = sasl_mechanisms(wanted);
  const std::array callbacks{sasl_callback(SASL_CB_GETOPT, get_option, &list), last_sasl_callback()};
  const AuthRules rules;
  const PeerFacts peer{.address = {},
                       .local_endpoint = {},
                       .remote_endpoint = {},
                       .cipher_bits = 256,
                       .bindings = {{"tls-exporter", std::string(32, '\0')}}};
  SaslConnection connection(rules, peer, callbacks.data());
  std::vector<std::string> offered;
  std::istringstream words(connection.offered());
  for (std::string word; words >> word;) offered.push_back(word);
  std::vector<std::string> missing;
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(missing), [&](const std::string& mechanism) {
    return std::find(offered.begin(), offered.end(), mechanism == "LOGIN" ? "PLAIN" : mechanism) == offered.end();
  });
  return missing;
}

}  // namespace clientid
