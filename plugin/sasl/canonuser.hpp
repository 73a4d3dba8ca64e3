// User names as libsasl's own INTERNAL plugin makes them. A configuration that says `canon_user_plugin: clientid`
// cannot log anybody in without this module: libsasl skips a missing auxprop plugin silently, but not a missing one of
// these.
#pragma once

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

#include <string_view>

namespace clientid {

struct CanonicalName {
  char* out;         // may be where the name itself is; one octet longer than `max`
  unsigned max;      // octets, without the terminating NUL
  unsigned* length;  // may be null
};

// Trims white space, and adds @realm where the name has none and `realm` is not null.
int canonicalise(std::string_view name, const char* realm, const CanonicalName& canonical);

// The same for a server connection, which fails where libsasl would then not ask the module about the name.
int canonicalise_for_server(const sasl_server_params_t& params, std::string_view name, const CanonicalName& canonical);

}  // namespace clientid
